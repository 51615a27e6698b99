{{/* A value as an environment variable has it: lists by commas, whole numbers whole, yes and no as 1 and 0. */}}
{{- define "interlock.said" -}}
{{- if kindIs "slice" . -}}
{{- join "," . -}}
{{- else if kindIs "bool" . -}}
{{- ternary "1" "0" . -}}
{{- else if kindIs "float64" . -}}
{{- if eq . (floor .) }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{/* Variables that are set, of a map by their names. */}}
{{- define "interlock.variables" -}}
{{- range $name, $value := . }}
{{- if not (or (kindIs "invalid" $value) (eq (toString $value) "") (and (kindIs "slice" $value) (empty $value))) }}
- name: {{ $name }}
  value: {{ include "interlock.said" $value | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The environment that all programs have in common. */}}
{{- define "interlock.environment" -}}
{{- $found := dict
  "INTERLOCK_DATA" "/var/lib/interlock"
  "INTERLOCK_PORT" "8400"
  "INTERLOCK_PUBLIC_URL" .Values.publicUrl
  "INTERLOCK_OIDC_ISSUER" .Values.oidc.issuer
  "INTERLOCK_OIDC_CLIENT_ID" .Values.oidc.clientId
  "INTERLOCK_OIDC_AUDIENCE" .Values.oidc.audience
  "INTERLOCK_ROLE_GROUPS" .Values.oidc.roleGroups
  "INTERLOCK_DATABASE_URL" .Values.database.url
  "AWS_REGION" .Values.aws.region
  "AWS_DEFAULT_REGION" .Values.aws.region
  "AWS_ENDPOINT_URL" .Values.aws.endpointUrl
  "AWS_ENDPOINT_URL_CODEPIPELINE" .Values.aws.endpointUrlCodepipeline
  "AWS_ENDPOINT_URL_STS" .Values.aws.endpointUrlSts
-}}
{{- if not .Values.evaluation.enabled -}}
{{- $_ := set $found "INTERLOCK_DATABASE_TLS" .Values.database.tls -}}
{{- end -}}
{{- if include "interlock.hasAuthorities" . -}}
{{- $_ := set $found "INTERLOCK_DATABASE_CA" "/etc/interlock/database-ca.pem" -}}
{{- end -}}
{{- range $name, $value := .Values.settings -}}
{{- $_ := set $found (printf "INTERLOCK_%s" ($name | snakecase | upper)) $value -}}
{{- end -}}
{{- range $name, $value := .Values.telemetry -}}
{{- $_ := set $found (include "interlock.telemetryVariable" $name) $value -}}
{{- end -}}
{{- include "interlock.variables" $found -}}
{{- end -}}

{{/* The variable of a name under `telemetry`. */}}
{{- define "interlock.telemetryVariable" -}}
{{- if has . (list "serviceName" "resourceAttributes" "metricExportInterval") -}}
OTEL_{{ . | snakecase | upper }}
{{- else -}}
OTEL_EXPORTER_OTLP_{{ . | snakecase | upper }}
{{- end -}}
{{- end -}}
