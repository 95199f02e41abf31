package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/IBM/go-sdk-core/v5/core"
)

// One of IBM's SDKs for Go. Its operations are called by their names, and the structs that they take are
// filled by the names of their members, so nothing here knows any operation.
type sdk struct {
	make    any   // New…UsingExternalConfig
	structs []any // those that stand for the interfaces among the arguments
}

// By service. The files of the SDKs fill it, those that could be installed.
var sdks = map[string]sdk{}

var authenticators = map[string]func() core.Authenticator{
	"IamAuthenticator":         func() core.Authenticator { return &core.IamAuthenticator{} },
	"ContainerAuthenticator":   func() core.Authenticator { return &core.ContainerAuthenticator{} },
	"BearerTokenAuthenticator": func() core.Authenticator { return &core.BearerTokenAuthenticator{} },
}

// An SDK that lacks an operation, or an argument of it.
type lacking string

func (what lacking) Error() string { return "the SDK has no " + string(what) }

type answer struct {
	status  int
	headers http.Header
	result  any
}

// An error answer of the service.
type refusal struct {
	*core.DetailedResponse
	error
}

func (s *sdk) authenticator(kind string, args any) (core.Authenticator, error) {
	authenticator := authenticators[kind]()
	if err := s.fill(reflect.ValueOf(authenticator).Elem(), args); err != nil {
		return nil, err
	}
	return authenticator, authenticator.Validate()
}

// A client of the service `name`, by the environment but for what `options` say.
func (s *sdk) client(name string, options clientOptions) (any, error) {
	maker := reflect.ValueOf(s.make)
	settings := reflect.New(maker.Type().In(0).Elem())
	settings.Elem().FieldByName("ServiceName").SetString(name)
	if kind, ok := options.Authenticator["go"]; ok {
		authenticator, err := s.authenticator(kind, options.Args)
		if err != nil {
			return nil, err
		}
		settings.Elem().FieldByName("Authenticator").Set(reflect.ValueOf(authenticator))
	}
	made := maker.Call([]reflect.Value{settings})
	if err, failed := made[1].Interface().(error); failed {
		return nil, err
	}
	client := made[0].Interface().(interface {
		EnableRetries(maxRetries int, maxRetryInterval time.Duration)
		SetEnableGzipCompression(enable bool)
	})
	client.SetEnableGzipCompression(options.Gzip)
	if options.Retries > 0 {
		client.EnableRetries(options.Retries, 50*time.Millisecond)
	}
	return client, nil
}

// The operations that the SDK has: what takes a struct of options and gives a result, an answer and an error.
func (s *sdk) surface() []string {
	if s.make == nil {
		return nil
	}
	client := reflect.TypeOf(s.make).Out(0)
	names := []string{}
	for index := range client.NumMethod() {
		kind := client.Method(index).Type // its first argument is the client
		if kind.NumIn() == 2 && kind.NumOut() > 1 && kind.Out(kind.NumOut()-2) == reflect.TypeFor[*core.DetailedResponse]() {
			names = append(names, client.Method(index).Name)
		}
	}
	return names
}

// Calls `name` of `client`, whose one argument is a struct of options, filled from `args`.
func (s *sdk) call(client any, name string, args any) ([]reflect.Value, error) {
	kind := reflect.TypeOf(client)
	index := 0
	for index < kind.NumMethod() && !strings.EqualFold(kind.Method(index).Name, name) {
		index++
	}
	if index == kind.NumMethod() {
		return nil, lacking(name)
	}
	method := reflect.ValueOf(client).Method(index)
	options := reflect.New(method.Type().In(0).Elem())
	if err := s.fill(options.Elem(), args); err != nil {
		return nil, err
	}
	results := method.Call([]reflect.Value{options})
	err, _ := results[len(results)-1].Interface().(error)
	if response, ok := results[len(results)-2].Interface().(*core.DetailedResponse); ok && err != nil && response != nil {
		return nil, refusal{response, err}
	}
	return results, err
}

func (s *sdk) operation(client any, name string, args any) (answer, error) {
	results, err := s.call(client, name, args)
	if err != nil {
		return answer{}, err
	}
	response := results[len(results)-2].Interface().(*core.DetailedResponse)
	result, err := plain(response.Result)
	return answer{response.StatusCode, response.Headers, result}, err
}

func (s *sdk) pages(client any, pager string, args any) (answer, error) {
	made, err := s.call(client, "New"+pager, args)
	if err != nil {
		return answer{}, err
	}
	all := made[0].MethodByName("GetAll").Call(nil)
	if err, failed := all[1].Interface().(error); failed {
		return answer{}, err
	}
	elements, err := plain(all[0].Interface())
	return answer{status: 200, result: object{"all": elements}}, err
}

// A model as the JSON that it stands for; what is not set in it is left out.
func plain(model any) (value any, err error) {
	text, err := json.Marshal(model)
	if err != nil {
		return nil, err
	}
	err = json.Unmarshal(text, &value)
	return withoutNulls(value), err
}

func withoutNulls(value any) any {
	switch value := value.(type) {
	case object:
		for name, member := range value {
			if member == nil {
				delete(value, name)
			} else {
				withoutNulls(member)
			}
		}
	case []any:
		for _, element := range value {
			withoutNulls(element)
		}
	}
	return value
}

// A name as it is without the ways in which JSON, HTTP and Go write it.
func bare(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", "$", "").Replace(name))
}

// Puts `value`, as JSON has it, into `target`.
func (s *sdk) fill(target reflect.Value, value any) error {
	members, isObject := value.(object)
	elements, isList := value.([]any)
	switch kind := target.Kind(); {
	case kind == reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		return s.fill(target.Elem(), value)
	case kind == reflect.Interface && target.NumMethod() > 0:
		for _, one := range s.structs {
			if made := reflect.New(reflect.TypeOf(one)); made.Type().Implements(target.Type()) {
				target.Set(made)
				return s.fill(made.Elem(), value)
			}
		}
		return lacking("struct for " + target.Type().String())
	case kind == reflect.Struct && isObject:
		for name, member := range members {
			if err := s.fillMember(target, name, member); err != nil {
				return err
			}
		}
		return nil
	case kind == reflect.Slice && isList:
		target.Set(reflect.MakeSlice(target.Type(), len(elements), len(elements)))
		for index, element := range elements {
			if err := s.fill(target.Index(index), element); err != nil {
				return err
			}
		}
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, target.Addr().Interface())
}

func (s *sdk) fillMember(target reflect.Value, name string, value any) error {
	for index := range target.NumField() {
		field := target.Type().Field(index)
		told, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.IsExported() && (bare(told) == bare(name) || bare(field.Name) == bare(name)) {
			return s.fill(target.Field(index), value)
		}
	}
	if open, ok := target.Addr().Interface().(interface{ SetProperty(string, any) }); ok {
		open.SetProperty(name, value)
		return nil
	}
	return lacking(fmt.Sprintf("%s in %s", name, target.Type()))
}
