module github.com/facepay-go/facepay/deploy

go 1.26.0
