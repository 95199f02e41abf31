// Drives the local cloud with IBM's Go SDKs through one table of operations, as drive.py does with Python's.
//
// drive TABLE FIXTURES OUT
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// How a client differs from what the environment says.
type clientOptions struct {
	Manager, Authenticator map[string]string
	Args                   any
	Retries                int
	Gzip                   bool
}

// What a table says of one call, and what must come of it.
type row struct {
	Operation, Control, Client, Pager, Save, Needs string
	Args, Body, Status, Holds, Error               any
	Within                                         float64
	Skip                                           map[string]string
	Go                                             json.RawMessage // what the row is for this SDK instead
}

type finding struct {
	Operation string `json:"operation"`
	What      string `json:"what"`
	Number    int    `json:"number,omitempty"`
	Outcome   string `json:"outcome"`
	Why       string `json:"why"`
}

func read(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

func drive(tableFile, fixturesFile, outFile string) error {
	var table struct {
		Service string
		Clients map[string]any
		Rows    []row
		LeftOut map[string]string `json:"left_out"`
	}
	saved := object{}
	if err := errors.Join(read(tableFile, &table), read(fixturesFile, &saved)); err != nil {
		return err
	}
	for index := range table.Rows {
		if instead := table.Rows[index].Go; instead != nil {
			if err := json.Unmarshal(instead, &table.Rows[index]); err != nil {
				return err
			}
		}
	}
	environment := object{}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		environment[name] = value
	}
	saved["env"] = environment
	r := run{sdks[table.Service], table.Service, table.Clients, map[string]any{}, saved, map[string]string{}}
	findings := append(r.rows(table.Rows), r.uncovered(table.Rows, table.LeftOut)...)
	text, err := json.Marshal(object{"service": table.Service, "sdk": "go", "findings": findings})
	if err != nil {
		return err
	}
	return os.WriteFile(outFile, text, 0o600)
}

func main() {
	if err := drive(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
