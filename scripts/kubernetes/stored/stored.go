// Package stored lists the kinds that a Kubernetes API server can keep in etcd as protobuf.
package stored

import (
	"reflect"
	"sort"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	aggregator "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

// Answers to requests and subresources: objects with metadata that are never stored.
var transient = map[string]bool{
	"Binding":         true,
	"ComponentStatus": true,
	"Eviction":        true,
	"PodStatusResult": true,
	"Scale":           true,
}

var transientGroups = map[string]bool{
	"authentication.k8s.io": true,
	"authorization.k8s.io":  true,
	"imagepolicy.k8s.io":    true,
}

// Kind is one kind with its Go type.
type Kind struct {
	schema.GroupVersionKind
	Type reflect.Type
}

// Scheme has every type of k8s.io/api, and APIService.
func Scheme() *runtime.Scheme {
	if err := aggregator.AddToScheme(scheme.Scheme); err != nil {
		panic(err)
	}
	return scheme.Scheme
}

// Kinds returns the kinds, sorted by group, version and name.
func Kinds() []Kind {
	meta := reflect.TypeOf(metav1.ObjectMeta{})
	var kinds []Kind
	for gvk, typ := range Scheme().AllKnownTypes() {
		if transientGroups[gvk.Group] || transient[gvk.Kind] || gvk.Version == runtime.APIVersionInternal {
			continue
		}
		if field, ok := typ.FieldByName("ObjectMeta"); !ok || field.Type != meta || !strings.Contains(field.Tag.Get("protobuf"), "bytes,1,") {
			continue
		}
		kinds = append(kinds, Kind{gvk, typ})
	}
	sort.Slice(kinds, func(i, j int) bool { return kinds[i].String() < kinds[j].String() })
	return kinds
}
