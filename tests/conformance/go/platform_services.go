//go:build platform_services

package main

import (
	catalog "github.com/IBM/platform-services-go-sdk/globalcatalogv1"
	identity "github.com/IBM/platform-services-go-sdk/iamidentityv1"
	policy "github.com/IBM/platform-services-go-sdk/iampolicymanagementv1"
	controller "github.com/IBM/platform-services-go-sdk/resourcecontrollerv2"
	manager "github.com/IBM/platform-services-go-sdk/resourcemanagerv2"
)

func init() {
	sdks["global_catalog"] = sdk{make: catalog.NewGlobalCatalogV1UsingExternalConfig}
	sdks["iam_identity"] = sdk{make: identity.NewIamIdentityV1UsingExternalConfig}
	sdks["iam_policy_management"] = sdk{policy.NewIamPolicyManagementV1UsingExternalConfig, []any{
		policy.Control{}, policy.NestedCondition{}, policy.V2PolicyRule{},
	}}
	sdks["resource_controller"] = sdk{make: controller.NewResourceControllerV2UsingExternalConfig}
	sdks["resource_manager"] = sdk{make: manager.NewResourceManagerV2UsingExternalConfig}
}
