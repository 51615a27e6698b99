{{/* The chart's name in labels. */}}
{{- define "interlock.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* What all names begin with: 40 characters at most, so that the longest end, with a hash, keeps within 63. */}}
{{- define "interlock.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What a program's pods are found by: it never changes. (root, program) */}}
{{- define "interlock.selector" -}}
app.kubernetes.io/name: {{ include "interlock.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .program }}
{{- end -}}

{{/* Labels of an object: the chart's own win over those besides, and these over those of all. (root, program; labels) */}}
{{- define "interlock.labels" -}}
{{- $own := include "interlock.selector" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/version" .root.Chart.AppVersion -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "interlock" -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" .root.Release.Service -}}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") -}}
{{- toYaml (merge $own (.labels | default dict) .root.Values.commonLabels) -}}
{{- end -}}

{{/* metadata of an object. (root, program, name; labels, annotations: besides) */}}
{{- define "interlock.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "interlock.labels" . | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Whom a program runs as. (root, program) */}}
{{- define "interlock.serviceAccountName" -}}
{{- $account := (index .root.Values .program).serviceAccount -}}
{{- if $account.create -}}
{{- default (printf "%s-%s" (include "interlock.fullname" .root) .program) $account.name -}}
{{- else -}}
{{- default "default" $account.name -}}
{{- end -}}
{{- end -}}

{{/* The image, by its digest where it is given. */}}
{{- define "interlock.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{/* The host name of publicUrl. */}}
{{- define "interlock.host" -}}
{{- (urlParse .Values.publicUrl).hostname -}}
{{- end -}}

{{/* Whether anything is said of who asks; without it the service listens on its own machine alone. */}}
{{- define "interlock.known" -}}
{{- if .Values.oidc.issuer }}true{{ end -}}
{{- end -}}
