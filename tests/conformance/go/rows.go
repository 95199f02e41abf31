package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/IBM/go-sdk-core/v5/core"
)

// One table at work: what its rows have saved, the clients that they have named, and what cannot be had.
type run struct {
	sdk     sdk
	name    string
	options map[string]any
	clients map[string]any
	saved   object
	lost    map[string]string // by operation or saved name: its outcome, where bad
}

func (r *run) client(name string) (any, error) {
	if made, ok := r.clients[name]; ok {
		return made, nil
	}
	resolved, err := resolve(r.options[name], r.saved)
	if err != nil {
		return nil, err
	}
	var options clientOptions
	text, err := json.Marshal(resolved)
	if err == nil {
		err = json.Unmarshal(text, &options)
	}
	if err != nil {
		return nil, err
	}
	var client any
	if kind, ok := options.Manager["go"]; ok {
		client, err = r.sdk.authenticator(kind, options.Args)
	} else {
		client, err = r.sdk.client(r.name, options)
	}
	if err == nil {
		r.clients[name] = client
	}
	return client, err
}

// The token that the core puts into requests.
func token(authenticator core.Authenticator) (answer, error) {
	request := &http.Request{Header: http.Header{}}
	err := authenticator.Authenticate(request)
	var refused *core.AuthenticationError
	if errors.As(err, &refused) {
		return answer{}, refusal{refused.Response, err}
	}
	if err != nil {
		return answer{}, err
	}
	value, _ := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
	return answer{status: 200, result: object{"token": value}}, nil
}

func (r *run) call(row row) (answer, error) {
	client, err := r.client(row.Client)
	if err != nil {
		return answer{}, err
	}
	args, err := resolve(row.Args, r.saved)
	if err != nil {
		return answer{}, err
	}
	if authenticator, ok := client.(core.Authenticator); ok {
		return token(authenticator)
	}
	if row.Pager != "" {
		return r.sdk.pages(client, row.Pager, args)
	}
	return r.sdk.operation(client, row.Operation, args)
}

func (r *run) control(row row) (told answer, err error) {
	order, err := resolve(object{"what": row.Control, "body": row.Body}, r.saved)
	if err != nil {
		return answer{}, err
	}
	method, path, _ := strings.Cut(order.(object)["what"].(string), " ")
	var body []byte
	if row.Body != nil {
		if body, err = json.Marshal(order.(object)["body"]); err != nil {
			return answer{}, err
		}
	}
	request, err := http.NewRequest(method, os.Getenv("LOCALCLOUD_URL")+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("%d: %s", response.StatusCode, text)
	}
	if err == nil && len(text) > 0 {
		err = json.Unmarshal(text, &told.result)
	}
	told.status = response.StatusCode
	return told, err
}

// An error answer as rows see it; nothing if there was no answer.
func ofError(err error) object {
	var refused refusal
	if !errors.As(err, &refused) {
		return nil
	}
	body, _ := refused.GetResultAsMap()
	code, _ := lookUp("errors.0.code", body)
	return object{"status": float64(refused.StatusCode), "message": err.Error(), "code": code, "body": body}
}

// Why the row failed, or nothing; and the status if it was an error answer.
func (r *run) attempt(row row) (why string, status int, err error) {
	expected, err := resolve(object{"error": row.Error, "status": row.Status}, r.saved)
	if err != nil {
		return "", 0, err
	}
	act := r.call
	if row.Control != "" {
		act = r.control
	}
	told, err := act(row)
	if seen := ofError(err); seen != nil {
		status = int(seen["status"].(float64))
		if row.Error == nil {
			return fmt.Sprintf("%d: %s", status, seen["message"]), status, nil
		}
		if why = differences(expected.(object)["error"], seen, "error"); why != "" {
			why += ": " + seen["message"].(string)
		}
		return why, status, nil
	}
	if err != nil {
		return "", 0, err
	}
	if row.Error != nil {
		return fmt.Sprintf("no error, but %d", told.status), 0, nil
	}
	if row.Status != nil {
		if why = differences(expected.(object)["status"], float64(told.status), "status"); why != "" {
			return why, 0, nil
		}
	}
	r.keep(row.Save, told)
	holds, err := resolve(row.Holds, r.saved)
	if err != nil || holds == nil {
		return "", 0, err
	}
	return differences(holds, told.result, "answer"), 0, nil
}

func (r *run) keep(name string, told answer) {
	if name == "" {
		return
	}
	headers := object{}
	for header := range told.headers {
		headers[strings.ToLower(header)] = told.headers.Get(header)
	}
	members, _ := told.result.(object)
	kept := object{"@": headers}
	for member, value := range members {
		kept[member] = value
	}
	r.saved[name] = kept
}

// The row's outcome and its reason.
func (r *run) row(row row) (outcome, why string) {
	if reason, ok := row.Skip["go"]; ok {
		return "skipped", reason
	}
	if outcome, ok := r.lost[row.Needs]; ok {
		return outcome, "needs " + row.Needs
	}
	until := time.Now().Add(time.Duration(row.Within * float64(time.Second)))
	for {
		why, status, err := r.attempt(row)
		var path unknown
		var lacks lacking
		switch {
		case errors.As(err, &path):
			name, _, _ := strings.Cut(string(path), ".")
			if outcome, ok := r.lost[name]; ok {
				return outcome, path.Error()
			}
			return "failed", path.Error()
		case errors.As(err, &lacks):
			return "skipped", lacks.Error()
		case err != nil:
			why = fmt.Sprintf("%T: %v", err, err)
		}
		if why == "" || time.Now().After(until) {
			return outcomeOf(row, why, status), why
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (r *run) rows(rows []row) []finding {
	findings := make([]finding, 0, len(rows))
	for index, row := range rows {
		outcome, why := r.row(row)
		if outcome != "passed" {
			r.lost[row.Operation] = outcome
			r.lost[row.Save] = outcome
			delete(r.lost, "")
		}
		findings = append(findings, finding{row.Operation, row.Control + row.Operation, index + 1, outcome, why})
	}
	return findings
}

// The operations that have neither a row nor a reason. Go's names are compared without case and underscores.
func (r *run) uncovered(rows []row, leftOut map[string]string) []finding {
	findings := []finding{}
	for _, name := range r.sdk.surface() {
		done := slices.ContainsFunc(rows, func(row row) bool { return strings.EqualFold(row.Operation, name) })
		for pattern := range leftOut {
			done = done || regexp.MustCompile("^(?i:"+strings.ReplaceAll(pattern, "_", "")+")$").MatchString(name)
		}
		if !done {
			why := "the SDK has it, the table has neither a row nor a reason"
			findings = append(findings, finding{Operation: name, What: name, Outcome: "failed", Why: why})
		}
	}
	return findings
}
