//go:build code_engine

package main

import ce "github.com/IBM/code-engine-go-sdk/codeenginev2"

func init() { sdks["code_engine"] = sdk{make: ce.NewCodeEngineV2UsingExternalConfig} }
