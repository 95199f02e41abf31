//go:build event_notifications

package main

import en "github.com/IBM/event-notifications-go-admin-sdk/eventnotificationsv1"

func init() {
	sdks["event_notifications"] = sdk{en.NewEventNotificationsV1UsingExternalConfig, []any{
		en.DestinationConfigOneOf{}, en.SubscriptionCreateAttributes{}, en.SubscriptionUpdateAttributes{},
		en.TemplateConfigOneOf{},
	}}
}
