package main

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What rows say: references to what was saved, and what an answer must hold. As matching.py and matching.mjs.

type object = map[string]any

// A reference to something that no row has saved.
type unknown string

func (path unknown) Error() string { return "needs " + string(path) }

var reference = regexp.MustCompile(`\$\{([^}]+)\}`)

func lookUp(path string, saved object) (any, error) {
	var value any = saved
	for _, step := range strings.Split(path, ".") {
		switch holder := value.(type) {
		case object:
			value = holder[step]
		case []any:
			index, err := strconv.Atoi(step)
			if err != nil || index >= len(holder) {
				return nil, unknown(path)
			}
			value = holder[index]
		default:
			return nil, unknown(path)
		}
	}
	if value == nil {
		return nil, unknown(path)
	}
	return value, nil
}

// `value` with every ${path} replaced; a text that is one reference becomes what it refers to.
func resolve(value any, saved object) (resolved any, err error) {
	switch value := value.(type) {
	case object:
		members := object{}
		for name, member := range value {
			if members[name], err = resolve(member, saved); err != nil {
				return nil, err
			}
		}
		return members, nil
	case []any:
		elements := make([]any, len(value))
		for index, element := range value {
			if elements[index], err = resolve(element, saved); err != nil {
				return nil, err
			}
		}
		return elements, nil
	case string:
		if found := reference.FindStringSubmatch(value); found != nil && found[0] == value {
			return lookUp(found[1], saved)
		}
		replaced := reference.ReplaceAllStringFunc(value, func(found string) string {
			part, missing := lookUp(found[2:len(found)-1], saved)
			if missing != nil {
				err = missing
			}
			return text(part)
		})
		return replaced, err
	}
	return value, nil
}

// As the other SDKs' languages write it.
func text(value any) string {
	if number, ok := value.(float64); ok {
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

func memberDifferences(name string, member, actual any, where string) string {
	members, isObject := actual.(object)
	_, has := members[name]
	switch name {
	case "#", "#>":
		size := len(members)
		if elements, ok := actual.([]any); ok {
			size = len(elements)
		}
		bound := int(member.(float64))
		if (name == "#" && size == bound) || (name == "#>" && size > bound) {
			return ""
		}
		return fmt.Sprintf("%s has %d elements, not %s%v", where, size, name[1:], member)
	case "!":
		if _, has = members[member.(string)]; has {
			return fmt.Sprintf("%s has %s", where, member)
		}
		return ""
	}
	if !isObject || !has {
		return fmt.Sprintf("%s has no %s", where, name)
	}
	return differences(member, members[name], where+"."+name)
}

// What of `expected` is not in `actual`, or nothing.
func differences(expected, actual any, where string) string {
	switch expected := expected.(type) {
	case object:
		for name, member := range expected {
			if found := memberDifferences(name, member, actual, where); found != "" {
				return found
			}
		}
		return ""
	case []any:
		elements, _ := actual.([]any)
		for _, one := range expected {
			like := func(element any) bool { return differences(one, element, where) == "" }
			if !slices.ContainsFunc(elements, like) {
				return fmt.Sprintf("%s has none like %v", where, one)
			}
		}
		return ""
	case string:
		if pattern, ok := strings.CutPrefix(expected, "~"); ok {
			if regexp.MustCompile(pattern).MatchString(text(actual)) {
				return ""
			}
			return fmt.Sprintf("%s is %.80s, not %s", where, text(actual), expected)
		}
	}
	if reflect.DeepEqual(expected, actual) {
		return ""
	}
	return fmt.Sprintf("%s is %.80s, not %s", where, text(actual), text(expected))
}

var (
	noPath = regexp.MustCompile("no such path|not a valid access endpoint|no service at this address|" +
		"not allowed here|not offered by this cloud")
	collection = regexp.MustCompile("^(list|create|send|getProject)[A-Z]")
)

// The row's outcome, from why it failed (or nothing) and the status of the error answer (or 0).
func outcomeOf(row row, why string, status int) string {
	switch {
	case why == "":
		return "passed"
	case row.Operation != "" && status != 0 &&
		(noPath.MatchString(why) || (status == 404 && collection.MatchString(row.Operation))):
		return "absent"
	}
	return "failed"
}
