{{/*
What is a secret, and which programs read it: the name in `externalSecret.data`, the variable, the programs.
Every program, and the migration, reads the database's.
*/}}
{{- define "interlock.secretKinds" -}}
databaseUrl: {variable: INTERLOCK_DATABASE_URL, file: database-url}
databasePassword: {variable: INTERLOCK_DATABASE_PASSWORD, file: database-password}
intakeKey: {variable: INTERLOCK_INTAKE_KEY, file: intake-key, programs: [serve]}
oidcClientSecret: {variable: INTERLOCK_OIDC_CLIENT_SECRET, file: oidc-client-secret, programs: [serve]}
smtpUrl: {variable: INTERLOCK_SMTP_URL, file: smtp-url, programs: [report]}
otlpHeaders: {variable: OTEL_EXPORTER_OTLP_HEADERS, file: otlp-headers, programs: [report]}
otlpTracesHeaders: {variable: OTEL_EXPORTER_OTLP_TRACES_HEADERS, file: otlp-traces-headers, programs: [report]}
otlpMetricsHeaders: {variable: OTEL_EXPORTER_OTLP_METRICS_HEADERS, file: otlp-metrics-headers, programs: [report]}
{{- end -}}

{{/* The Secret that External Secrets Operator makes. */}}
{{- define "interlock.externalSecretName" -}}
{{ include "interlock.fullname" . }}-external
{{- end -}}

{{/* Where a secret is, as YAML of name and key; nothing where it is nowhere. (root, kind) */}}
{{- define "interlock.secret" -}}
{{- $values := .root.Values -}}
{{- $named := dict "databaseUrl" $values.database.urlSecret "databasePassword" $values.database.passwordSecret -}}
{{- $reference := default (index $values.secrets .kind) (index $named .kind) -}}
{{- if $reference.name -}}
{{- toYaml (dict "name" $reference.name "key" $reference.key) -}}
{{- else if and $values.externalSecret.enabled (hasKey $values.externalSecret.data .kind) -}}
{{- toYaml (dict "name" (include "interlock.externalSecretName" .root) "key" .kind) -}}
{{- end -}}
{{- end -}}

{{/* The secrets of a program, as a YAML list of name, key, file and variable. (root, program) */}}
{{- define "interlock.secretsOf" -}}
{{- $root := .root -}}
{{- $program := .program -}}
{{- range $kind, $is := include "interlock.secretKinds" $root | fromYaml }}
{{- $reference := include "interlock.secret" (dict "root" $root "kind" $kind) | fromYaml }}
{{- if and $reference.name (or (not (hasKey $is "programs")) (has $program $is.programs)) }}
- {name: {{ $reference.name | quote }}, key: {{ $reference.key | quote }}, file: {{ $is.file }}, variable: {{ $is.variable }}_FILE}
{{- end }}
{{- end }}
{{- end -}}

{{/* Whether authorities of the database are given. */}}
{{- define "interlock.hasAuthorities" -}}
{{- with .Values.database.ca -}}
{{- if or .configMap.name .secret.name .pem }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/* The ConfigMap with what the chart writes for pods: authorities and documents. */}}
{{- define "interlock.filesName" -}}
{{ include "interlock.fullname" . }}-files
{{- end -}}

{{/* What the volume /etc/interlock is made of, as a YAML list of sources. (root, program) */}}
{{- define "interlock.sources" -}}
{{- range include "interlock.secretsOf" . | fromYamlArray }}
- secret:
    name: {{ .name }}
    items:
      - {key: {{ .key | quote }}, path: secrets/{{ .file }}}
{{- end }}
{{- with .root.Values.database.ca }}
{{- if .configMap.name }}
- configMap:
    name: {{ .configMap.name }}
    items:
      - {key: {{ .configMap.key | quote }}, path: database-ca.pem}
{{- else if .secret.name }}
- secret:
    name: {{ .secret.name }}
    items:
      - {key: {{ .secret.key | quote }}, path: database-ca.pem}
{{- end }}
{{- end }}
{{- with include "interlock.filesOf" . | fromYaml }}
- configMap:
    name: {{ include "interlock.filesName" $.root }}
    items:
      {{- range $file, $_ := . }}
      - {key: {{ $file | quote }}, path: {{ (eq $file "database-ca.pem" | ternary $file (printf "documents/%s" $file)) | quote }}}
      {{- end }}
{{- end }}
{{- end -}}

{{/* What of the chart's ConfigMap a program reads: authorities, and of `serve` the documents. (root, program) */}}
{{- define "interlock.filesOf" -}}
{{- $found := dict -}}
{{- with .root.Values.database.ca.pem -}}
{{- $_ := set $found "database-ca.pem" . -}}
{{- end -}}
{{- if eq .program "serve" -}}
{{- $found = merge $found .root.Values.documents -}}
{{- end -}}
{{- with $found -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}
