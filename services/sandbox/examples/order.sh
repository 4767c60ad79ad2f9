#!/usr/bin/env bash
# One order from face to payment with curl and openssl: order.sh [data folder of the sandbox] [out_order_no]
set -euo pipefail
KEYS=${1:-data/sandbox}/keys NO=${2:-PS$(date +%s)}
WX=http://127.0.0.1:9081 CONTROL=http://127.0.0.1:9082
APPID=wx8888888888888888 MCHID=1900000109 SERVICE=500001

# wx METHOD PATH [BODY]: a signed APIv3 call
wx() {
  local at nonce signature
  at=$(date +%s) nonce=$(openssl rand -hex 16)
  signature=$(printf '%s\n%s\n%s\n%s\n%s\n' "$1" "$2" "$at" "$nonce" "${3:-}" | openssl dgst -sha256 -sign "$KEYS/merchant_key.pem" | base64 -w0)
  curl -sS -X "$1" "$WX$2" ${3:+-d "$3"} -H 'Content-Type: application/json' -H 'Accept: application/json' \
    -H "Authorization: WECHATPAY2-SHA256-RSA2048 mchid=\"$MCHID\",nonce_str=\"$nonce\",timestamp=\"$at\",serial_no=\"$(cat "$KEYS/merchant_serial.txt")\",signature=\"$signature\""
  echo
}

echo "1. the terminal's credential (v2, HMAC-SHA256)"
now=$(date +%s) key=$(cat "$KEYS/apiv2_key.txt")
sign=$(printf '%s' "appid=$APPID&device_id=KIOSK-1&mch_id=$MCHID&nonce_str=N1&now=$now&rawdata=abc=&sign_type=HMAC-SHA256&store_id=S1&store_name=Shop&version=1&key=$key" |
  openssl dgst -sha256 -hmac "$key" -r | cut -d' ' -f1 | tr a-f A-F)
authinfo=$(curl -sS "$WX/face/get_wxpayface_authinfo" -d "<xml><appid>$APPID</appid><device_id>KIOSK-1</device_id><mch_id>$MCHID</mch_id><nonce_str>N1</nonce_str><now>$now</now><rawdata>abc=</rawdata><sign_type>HMAC-SHA256</sign_type><store_id>S1</store_id><store_name>Shop</store_name><version>1</version><sign>$sign</sign></xml>" |
  sed 's/.*<authinfo><!\[CDATA\[\([^]]*\).*/\1/')

echo "2. alice looks into the camera"
face=$(curl -sS "$CONTROL/control/wechat/face" -d "{\"appid\":\"$APPID\",\"mch_id\":\"$MCHID\",\"out_trade_no\":\"$NO\",\"authinfo\":\"$authinfo\",
  \"payscore_service_id\":\"$SERVICE\",\"payscore_out_request_no\":\"REQ1\",\"device_id\":\"KIOSK-1\",\"user\":\"alice\"}")
openid=$(sed 's/.*"openid":"\([^"]*\).*/\1/' <<<"$face")

echo "3. create"
wx POST /v3/payscore/serviceorder "{\"out_order_no\":\"$NO\",\"appid\":\"$APPID\",\"service_id\":\"$SERVICE\",\"service_introduction\":\"无人售货柜\",
  \"time_range\":{\"start_time\":\"OnAccept\"},\"risk_fund\":{\"name\":\"ESTIMATE_ORDER_COST\",\"amount\":10000},\"notify_url\":\"http://127.0.0.1:8080/notify\",\"openid\":\"$openid\",\"need_user_confirm\":false}"
sleep 3

echo "4. complete"
wx POST "/v3/payscore/serviceorder/$NO/complete" "{\"appid\":\"$APPID\",\"service_id\":\"$SERVICE\",\"total_amount\":350,
  \"post_payments\":[{\"name\":\"商品信息\",\"amount\":350,\"description\":\"矿泉水\",\"count\":1}],\"time_range\":{\"end_time\":\"$(TZ=UTC-8 date -d '1 second ago' +%Y%m%d%H%M%S)\"}}"
sleep 3

echo "5. paid"
wx GET "/v3/payscore/serviceorder?service_id=$SERVICE&out_order_no=$NO&appid=$APPID"
