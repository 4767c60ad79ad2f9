# Computes the signatures of jump_test.go independently of Go: python3 sign.py (wechat-protocol.md §2.3, §5.4).
import hashlib, hmac
key = "vM5kQ2xW8nR4tY7uB1cD3eF6gH9jL0pZ"  # the test key of §11.1
common = {"mch_id": "1900000109", "timestamp": "1700000104", "nonce_str": "5K8264ILTKCH16CQ2502SI8ZNMTM67VS", "sign_type": "HMAC-SHA256"}
for name, own in {
    "order detail": {"service_id": "500001", "out_order_no": "PS20231115000001"},
    "confirm": {"package": "DJIOSQPYWDxsjdldeuwhdodwxasd_dDiodnwjh9we+/=="},
}.items():
    fields = {**common, **own}
    text = "&".join(f"{k}={fields[k]}" for k in sorted(fields)) + "&key=" + key
    print(name, hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().upper())
