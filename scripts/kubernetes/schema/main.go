// Writes the table of src/values/kubernetes/generated/schema.ts on stdout: the kinds that an API server stores, and the number, JSON name and
// type of each of their fields. All of it is read from the struct tags of the Go types. src/values/kubernetes/schema.ts says how a line is
// read.
package main

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"kubernetes-schema/stored"
)

// Types whose JSON is not that of their fields.
var special = map[reflect.Type]string{
	reflect.TypeOf(metav1.Time{}):          "t",
	reflect.TypeOf(metav1.MicroTime{}):     "m",
	reflect.TypeOf(resource.Quantity{}):    "q",
	reflect.TypeOf(intstr.IntOrString{}):   "o",
	reflect.TypeOf(metav1.FieldsV1{}):      "j",
	reflect.TypeOf(runtime.RawExtension{}): "j",
}

type message struct {
	name   string
	fields []string
}

type table struct {
	// By the text of the fields: messages with equal fields are one.
	byFields map[string]*message
	byType   map[reflect.Type]*message
	names    map[string]bool
	messages []*message
}

func (t *table) messageOf(typ reflect.Type) *message {
	if known, ok := t.byType[typ]; ok {
		return known
	}
	own := &message{name: t.freeName(typ)}
	t.byType[typ] = own
	for i := 0; i < typ.NumField(); i++ {
		if line := t.fieldOf(typ, typ.Field(i)); line != "" {
			own.fields = append(own.fields, line)
		}
	}
	text := strings.Join(own.fields, " ")
	if same, ok := t.byFields[text]; ok {
		delete(t.names, own.name)
		t.byType[typ] = same
		return same
	}
	t.byFields[text] = own
	t.messages = append(t.messages, own)
	return own
}

// The name of the Go type, with a number when another message has it.
func (t *table) freeName(typ reflect.Type) string {
	name := typ.Name()
	for n := 2; t.names[name]; n++ {
		name = fmt.Sprintf("%s%d", typ.Name(), n)
	}
	t.names[name] = true
	return name
}

func (t *table) fieldOf(owner reflect.Type, field reflect.StructField) string {
	tag := field.Tag.Get("protobuf")
	if tag == "" {
		if field.Name == "TypeMeta" || !field.IsExported() {
			return ""
		}
		panic(fmt.Sprintf("%v.%s has no field number", owner, field.Name))
	}
	number := strings.Split(tag, ",")[1]
	name, rest, _ := strings.Cut(field.Tag.Get("json"), ",")
	options := strings.Split(rest, ",")
	if name == "" && field.Anonymous {
		if field.Type.Kind() != reflect.Struct {
			panic(fmt.Sprintf("%v.%s is inline and no struct", owner, field.Name))
		}
		return number + ">" + t.typeOf(field.Type)
	}
	return number + presence(field.Type, options) + name + ":" + t.typeOf(field.Type)
}

// When the JSON leaves the field out.
func presence(typ reflect.Type, options []string) string {
	omits := func(option string) bool {
		for _, each := range options {
			if each == option {
				return true
			}
		}
		return false
	}
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if !omits("omitempty") && !omits("omitzero") {
			return "-"
		}
		// Bytes that are empty are left out too. Other lists and maps are never there without an item.
		if typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Uint8 {
			return "~"
		}
		return "?"
	case reflect.Struct:
		if omits("omitzero") {
			if typ != reflect.TypeOf(metav1.Time{}) {
				panic(fmt.Sprintf("%v is left out when it is zero", typ))
			}
			return "~"
		}
	default:
		if omits("omitempty") || omits("omitzero") {
			return "~"
		}
	}
	return "="
}

func (t *table) typeOf(typ reflect.Type) string {
	if code, ok := special[typ]; ok {
		return code
	}
	if _, ok := reflect.PointerTo(typ).MethodByName("MarshalJSON"); ok {
		panic(fmt.Sprintf("%v has JSON of its own", typ))
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return t.typeOf(typ.Elem())
	case reflect.String:
		return "s"
	case reflect.Bool:
		return "b"
	case reflect.Int32, reflect.Int64:
		return "i"
	case reflect.Map:
		if typ.Key().Kind() != reflect.String {
			panic(fmt.Sprintf("%v has keys that are not text", typ))
		}
		return "{" + t.typeOf(typ.Elem())
	case reflect.Slice:
		if typ.Elem().Kind() == reflect.Uint8 {
			return "x"
		}
		// A message around a list, such as ExtraValue: `items`, field 1.
		if _, ok := reflect.PointerTo(typ).MethodByName("Marshal"); ok {
			return "l"
		}
		return "[" + t.typeOf(typ.Elem())
	case reflect.Struct:
		return t.messageOf(typ).name
	}
	panic(fmt.Sprintf("%v is of a kind that is not known here", typ))
}

func main() {
	t := &table{map[string]*message{}, map[reflect.Type]*message{}, map[string]bool{}, nil}
	kinds := map[string][]string{}
	for _, kind := range stored.Kinds() {
		version := kind.GroupVersion().String()
		kinds[version] = append(kinds[version], kind.Kind+":"+t.messageOf(kind.Type).name)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintf(out, "// Written by scripts/kubernetes/generate.sh from the Go types of k8s.io/api %s; edits are lost.\n", version("k8s.io/api"))
	fmt.Fprint(out, "export const KINDS = `\n")
	for _, version := range sorted(kinds) {
		fmt.Fprintf(out, "%s %s\n", version, strings.Join(kinds[version], " "))
	}
	fmt.Fprint(out, "`;\n\nexport const MESSAGES = `\n")
	sort.Slice(t.messages, func(i, j int) bool { return t.messages[i].name < t.messages[j].name })
	for _, each := range t.messages {
		fmt.Fprintf(out, "%s %s\n", each.name, strings.Join(each.fields, " "))
	}
	fmt.Fprint(out, "`;\n")
}

func sorted(kinds map[string][]string) []string {
	var names []string
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, each := range info.Deps {
		if each.Path == module {
			return each.Version
		}
	}
	return "unknown"
}
