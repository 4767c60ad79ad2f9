package merchant

import "path/filepath"

// Hosts of production (wechat-protocol.md §1, §3.1).
const (
	apiURL  = "https://api.mch.weixin.qq.com"
	faceURL = "https://payapp.weixin.qq.com"
)

func setDefaults(f *File) {
	for i := range f.Accounts {
		if w := f.Accounts[i].WeChat; w != nil {
			w.APIURL = or(w.APIURL, apiURL)
			w.FaceURL = or(w.FaceURL, faceURL)
			w.AnswersSignedBy = or(w.AnswersSignedBy, ByPublicKey)
		}
	}
	for i := range f.Merchants {
		w := &f.Merchants[i].WeChat
		w.ScanPayment, w.CancelCompleted = or(w.ScanPayment, RefuseScan), or(w.CancelCompleted, Attempt)
		services := w.Services
		for j := range services {
			services[j].RiskMode = or(services[j].RiskMode, Refuse)
			services[j].StartTime = or(services[j].StartTime, OnAccept)
		}
	}
}

func or[T ~string](value, fallback T) T {
	if value == "" {
		return fallback
	}
	return value
}

// resolveFiles makes every key file path independent of the working directory.
func resolveFiles(f *File, dir string) {
	for i := range f.Accounts {
		w := f.Accounts[i].WeChat
		w.PrivateKeyFile = resolve(dir, w.PrivateKeyFile)
		w.CertificateFile = resolve(dir, w.CertificateFile)
		w.APIv2KeyFile = resolve(dir, w.APIv2KeyFile)
		w.APIv3KeyFile = resolve(dir, w.APIv3KeyFile)
		for j := range w.PublicKeys {
			w.PublicKeys[j].File = resolve(dir, w.PublicKeys[j].File)
		}
	}
}

func resolve(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
