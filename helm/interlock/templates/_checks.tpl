{{/*
What values do not go together, a sentence each: what is wrong, what is allowed, what to do. All of them are told at once.
What one value alone may be is in values.schema.json.
*/}}
{{- define "interlock.check" -}}
{{- $found := list -}}
{{- range list "forms" "image" "database" "issuer" "migration" "secrets" "scaling" "budgets" "ways" "telemetry" "environment" -}}
{{- $found = concat $found (regexFindAll "(?m)^- .+$" (include (printf "interlock.problems.%s" .) $) -1) -}}
{{- end -}}
{{- if $found -}}
{{- fail (printf "\n\nThese values cannot be used:\n%s\n" (join "\n" $found)) -}}
{{- end -}}
{{- end -}}

{{/* What one text may be, where a pattern would say less than a sentence. */}}
{{- define "interlock.problems.forms" -}}
{{- if not (regexMatch "^(https?://[^\\s/?#]+(/[^\\s?#]*)?)?$" .Values.publicUrl) }}
- publicUrl is {{ printf "%q" .Values.publicUrl }}. It is an address, as https://interlock.example.com, without ? and #.
{{- end }}
{{- if not (regexMatch "^(https?://[^\\s?#]+)?$" .Values.oidc.issuer) }}
- oidc.issuer is {{ printf "%q" .Values.oidc.issuer }}. It is the issuer exactly as it calls itself, as https://sso.example.com, without ? and #.
{{- end }}
{{- range .Values.oidc.roleGroups }}
{{- if not (regexMatch "^(viewer|developer|operator|admin)=.+$" .) }}
- oidc.roleGroups has {{ printf "%q" . }}. Each is role=group; the roles are viewer, developer, operator and admin, and the group * is everybody.
{{- end }}
{{- end }}
{{- if not (regexMatch "^(postgres(ql)?(\\+psycopg)?://\\S+/\\S+)?$" .Values.database.url) }}
- database.url is {{ printf "%q" .Values.database.url }}. It is the address of a PostgreSQL database, as postgresql://user@host:5432/database.
{{- end }}
{{- if not (regexMatch "^(sha256:[0-9a-f]{64})?$" .Values.image.digest) }}
- image.digest is {{ printf "%q" .Values.image.digest }}. It is sha256: and 64 digits of 0-9 and a-f, as the registry has it.
{{- end }}
{{- end -}}

{{- define "interlock.problems.image" -}}
{{- if not .Values.image.repository }}
- image.repository is empty. Say where your image of Interlock is, as 111122223333.dkr.ecr.eu-west-1.amazonaws.com/interlock.
{{- end }}
{{- end -}}

{{- define "interlock.problems.database" -}}
{{- $database := .Values.database -}}
{{- $external := and .Values.externalSecret.enabled (hasKey .Values.externalSecret.data "databaseUrl") -}}
{{- $given := list -}}
{{- if $database.url }}{{ $given = append $given "database.url" }}{{ end -}}
{{- if $database.urlSecret.name }}{{ $given = append $given "database.urlSecret" }}{{ end -}}
{{- if $external }}{{ $given = append $given "externalSecret.data.databaseUrl" }}{{ end -}}
{{- if and .Values.evaluation.enabled $given }}
- evaluation.enabled is true, and {{ join " and " $given }} names a database. An evaluation has its own; take one of them out.
{{- else if and (not .Values.evaluation.enabled) (not $given) }}
- No PostgreSQL is named. Set database.url (postgresql://user@host:5432/database, its password by database.passwordSecret), or database.urlSecret.name for a Secret with the whole address. For a look with nothing kept, evaluation.enabled=true brings a PostgreSQL of its own.
{{- else if gt (len $given) 1 }}
- {{ join " and " $given }} each name a database. Give one of them.
{{- end }}
{{- if regexMatch "(^[a-z0-9+]+://[^/@]*:[^/@]*@|[?&]password=)" $database.url }}
- database.url has a password, which everybody who may read Deployments would see. Take it out, and name a Secret with it by database.passwordSecret.name.
{{- end }}
{{- $authorities := list -}}
{{- if $database.ca.configMap.name }}{{ $authorities = append $authorities "configMap" }}{{ end -}}
{{- if $database.ca.secret.name }}{{ $authorities = append $authorities "secret" }}{{ end -}}
{{- if $database.ca.pem }}{{ $authorities = append $authorities "pem" }}{{ end -}}
{{- if gt (len $authorities) 1 }}
- database.ca has {{ join " and " $authorities }}. Give one of configMap, secret and pem.
{{- end }}
{{- end -}}

{{- define "interlock.problems.issuer" -}}
{{- if .Values.oidc.issuer }}
{{- if and (not (hasPrefix "https://" .Values.publicUrl)) (or (not .Values.publicUrl) (hasPrefix "http://" .Values.publicUrl)) }}
- {{ printf "publicUrl is %q" .Values.publicUrl }}. Beside oidc.issuer it is an address that begins with https://, at which a load balancer ends TLS; tokens are sent over TLS alone.
{{- end }}
{{- if not (or .Values.oidc.clientId .Values.oidc.audience) }}
- oidc.issuer is set, and neither oidc.clientId nor oidc.audience is. Set the client whose ID tokens are taken, or what access tokens must be for.
{{- end }}
{{- if not .Values.oidc.roleGroups }}
- oidc.issuer is set, and oidc.roleGroups is empty, so that nobody would have a role. Set it, as [admin=platform-admins, developer=*].
{{- end }}
{{- if .Values.settings.rehearsal }}
- settings.rehearsal is true, and oidc.issuer makes the service reachable. A clock that anybody may set is never to be reached from elsewhere; take one of them out.
{{- end }}
{{- else if not .Values.evaluation.enabled }}
- oidc.issuer is empty. Without an issuer the service listens on its own pod alone, and nobody reaches it. Set oidc.issuer, oidc.clientId, oidc.roleGroups and publicUrl; for a look through kubectl port-forward alone, evaluation.enabled=true needs none.
{{- else }}
{{- range $name, $on := dict "ingress.enabled" .Values.ingress.enabled "httpRoute.enabled" .Values.httpRoute.enabled "metrics.serviceMonitor.enabled" .Values.metrics.serviceMonitor.enabled }}
{{- if $on }}
- {{ $name }} is true, and without oidc.issuer the service listens on its own pod alone. Set oidc.issuer, or {{ $name }}=false.
{{- end }}
{{- end }}
{{- if .Values.oidc.roleGroups }}
- oidc.roleGroups is set, and oidc.issuer is empty. Roles are given to groups of an issuer; set it, or leave them out.
{{- end }}
{{- end }}
{{- end -}}

{{- define "interlock.problems.migration" -}}
{{- if and (eq .Values.migration.mode "hook") (not .Values.evaluation.enabled) }}
{{- $later := dict
  "externalSecret.enabled" .Values.externalSecret.enabled
  "migration.serviceAccount.create" .Values.migration.serviceAccount.create
  "database.ca.pem" (ne .Values.database.ca.pem "") }}
{{- range $name, $made := $later }}
{{- if $made }}
- migration.mode is "hook", and {{ $name }} makes something that the migration needs: a hook runs before the chart makes anything, so the first installation would wait for ever. Set migration.mode=job, or give what is there already instead of {{ $name }}.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "interlock.problems.secrets" -}}
{{- if .Values.externalSecret.enabled }}
{{- if not .Values.externalSecret.store.name }}
- externalSecret.enabled is true, and externalSecret.store.name is empty. Name the ClusterSecretStore or SecretStore to read from.
{{- end }}
{{- if not .Values.externalSecret.data }}
- externalSecret.enabled is true, and externalSecret.data is empty. Say what is where, as databasePassword: {key: interlock/database, property: password}.
{{- end }}
{{- range $kind, $_ := .Values.externalSecret.data }}
{{- $named := dict "databasePassword" $.Values.database.passwordSecret }}
{{- with default (dig $kind dict $.Values.secrets) (index $named $kind) }}
{{- if .name }}
- {{ $kind }} is in externalSecret.data, and the Secret {{ printf "%q" .name }} is named for it as well. Give one of them.
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "interlock.problems.scaling" -}}
{{- range $program := list "serve" "intake" }}
{{- $of := index $.Values $program }}
{{- $scaling := $of.autoscaling }}
{{- if $scaling.enabled }}
{{- if $.Values.evaluation.enabled }}
- {{ $program }}.autoscaling.enabled is true, and an evaluation has one pod. Set {{ $program }}.autoscaling.enabled=false.
{{- end }}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) }}
- {{ $program }}.autoscaling.minReplicas is {{ $scaling.minReplicas }}, and maxReplicas is {{ $scaling.maxReplicas }}. Let maxReplicas be at least minReplicas.
{{- end }}
{{- $queue := and (eq $program "intake") (eq $scaling.kind "keda") $scaling.queueLength }}
{{- if not (or $scaling.cpuPercent $scaling.openSockets $queue) }}
- {{ $program }}.autoscaling.enabled is true, and nothing says by what (kind {{ printf "%q" $scaling.kind }}). Set cpuPercent{{ if eq $program "serve" }} or openSockets{{ else }}, or kind=keda with queueLength{{ end }}.
{{- end }}
{{- if and $scaling.cpuPercent (not (dig "requests" "cpu" "" $of.resources)) }}
- {{ $program }}.autoscaling.cpuPercent is {{ $scaling.cpuPercent }}, a percentage of what is requested, and {{ $program }}.resources.requests.cpu is not set. Set it.
{{- end }}
{{- if and $scaling.openSockets (eq $scaling.kind "keda") (not $scaling.prometheusUrl) }}
- {{ $program }}.autoscaling.openSockets needs {{ $program }}.autoscaling.prometheusUrl with kind "keda". Set it, as http://prometheus-operated.monitoring:9090.
{{- end }}
{{- if and $queue (not $.Values.settings.queueUrl) }}
- intake.autoscaling.queueLength is {{ $scaling.queueLength }}, and settings.queueUrl is not set: there is no queue to look at. Set settings.queueUrl, or queueLength=null.
{{- end }}
{{- if and $queue (not $.Values.aws.region) }}
- intake.autoscaling.queueLength is {{ $scaling.queueLength }}, and aws.region is empty: KEDA has to know the queue's Region. Set aws.region.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "interlock.problems.budgets" -}}
{{- range $program := list "serve" "intake" "report" "upkeep" }}
{{- $budget := (index $.Values $program).podDisruptionBudget }}
{{- if $budget.enabled }}
{{- $least := not (kindIs "invalid" $budget.minAvailable) }}
{{- $most := not (kindIs "invalid" $budget.maxUnavailable) }}
{{- if and $least $most }}
- {{ $program }}.podDisruptionBudget has maxUnavailable ({{ $budget.maxUnavailable }}) and minAvailable ({{ $budget.minAvailable }}). Give one of them.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "interlock.problems.ways" -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
- httpRoute.enabled is true, and httpRoute.parentRefs is empty. Name the Gateway, as [{name: internal, namespace: gateways}].
{{- end }}
{{- end -}}

{{- define "interlock.problems.telemetry" -}}
{{- if and .Values.metrics.serviceMonitor.enabled .Values.oidc.issuer (not .Values.metrics.serviceMonitor.tokenSecret.name) (ne (toString .Values.settings.metricsAccess) "open") }}
- metrics.serviceMonitor.enabled is true, and /metrics asks for a token. Name a Secret with one by metrics.serviceMonitor.tokenSecret.name (interlock token create prometheus --role viewer), or set settings.metricsAccess=open.
{{- end }}
{{- if .Values.metrics.prometheusRule.enabled }}
{{- $known := list }}
{{- range (.Files.Get "files/alerts.yaml" | fromYaml).rules }}
{{- $known = append $known .alert }}
{{- end }}
{{- range .Values.metrics.prometheusRule.disabled }}
{{- if not (has . $known) }}
- metrics.prometheusRule.disabled has {{ printf "%q" . }}, which is no alert. There are {{ join ", " $known }}.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A variable that is there twice is refused by server-side apply, and which one holds is anybody's guess. */}}
{{- define "interlock.problems.environment" -}}
{{- $root := . -}}
{{- range $program := list "serve" "intake" "report" "upkeep" "migration" }}
{{- $of := index $root.Values $program }}
{{- $seen := list }}
{{- range (include "interlock.container" (dict "root" $root "program" $program) | fromYaml).env }}
{{- if has .name $seen }}
- {{ .name }} is set twice for {{ $program }}: it is in extraEnv, or in two lists of it, and the chart sets it from another value. Leave it out of extraEnv; settings, telemetry, aws, database, oidc and serve.drain are what sets it.
{{- end }}
{{- $seen = append $seen .name }}
{{- end }}
{{- end }}
{{- end -}}
