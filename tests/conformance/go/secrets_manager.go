//go:build secrets_manager

package main

import sm "github.com/IBM/secrets-manager-go-sdk/v2/secretsmanagerv2"

func init() {
	sdks["secrets_manager"] = sdk{sm.NewSecretsManagerV2UsingExternalConfig, []any{
		sm.ConfigurationActionPrototype{}, sm.ConfigurationPrototype{}, sm.PrivateCertificateCryptoProvider{},
		sm.RotationPolicy{}, sm.SecretActionPrototype{}, sm.SecretPrototype{}, sm.SecretTaskPrototype{},
		sm.SecretVersionActionPrototype{}, sm.SecretVersionPrototype{},
	}}
}
