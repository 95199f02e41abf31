module conformance

go 1.26.0

require github.com/IBM/go-sdk-core/v5 v5.25.3
