{{/* A container that runs a program. (root, program) */}}
{{- define "interlock.container" -}}
{{- $of := index .root.Values .program -}}
{{- $all := .root.Values.podDefaults -}}
name: {{ .program }}
image: {{ include "interlock.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: [{{ ternary "migrate" .program (eq .program "migration") }}]
env:
  {{- include "interlock.environment" .root | trim | nindent 2 }}
  {{- if eq .program "serve" }}
  - name: INTERLOCK_HOST
    value: {{ ternary "0.0.0.0" "127.0.0.1" (eq (include "interlock.known" .root) "true") | quote }}
  - name: INTERLOCK_GRACE_SECONDS
    value: {{ $of.drain.graceSeconds | quote }}
  {{- if .root.Values.documents }}
  - name: INTERLOCK_DOCUMENTS
    value: /etc/interlock/documents
  {{- end }}
  {{- end }}
  {{- range include "interlock.secretsOf" . | fromYamlArray }}
  - name: {{ .variable }}
    value: /etc/interlock/secrets/{{ .file }}
  {{- end }}
  {{- with concat $all.extraEnv $of.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with concat $all.extraEnvFrom $of.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if eq .program "serve" }}
ports:
  - name: http
    containerPort: 8400
    protocol: TCP
{{- include "interlock.probes" .root | nindent 0 }}
{{- end }}
resources:
  {{- toYaml $of.resources | nindent 2 }}
securityContext:
  {{- toYaml $all.containerSecurityContext | nindent 2 }}
volumeMounts:
  - name: data
    mountPath: /var/lib/interlock
  - name: tmp
    mountPath: /tmp
  {{- if include "interlock.sources" . | trim }}
  - name: files-{{ .program }}
    mountPath: /etc/interlock
    readOnly: true
  {{- end }}
  {{- with concat $all.extraVolumeMounts $of.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Probes and the end of `serve`. On its own machine alone it is asked from inside: the kubelet does not reach it. */}}
{{- define "interlock.probes" -}}
{{- $paths := dict "startup" "/healthz" "readiness" "/readyz" "liveness" "/healthz" -}}
{{- range $kind := list "startup" "readiness" "liveness" }}
{{ $kind }}Probe:
  {{- if include "interlock.known" $ }}
  httpGet: {path: {{ index $paths $kind }}, port: http}
  {{- else }}
  exec:
    command:
      - python
      - -c
      - >-
        import http.client, sys; it = http.client.HTTPConnection("127.0.0.1", 8400, timeout=3);
        it.request("GET", "{{ index $paths $kind }}"); sys.exit(it.getresponse().status != 200)
  {{- end }}
  {{- toYaml (index $.Values.serve.probes $kind) | nindent 2 }}
{{- end }}
lifecycle:
  preStop:
    sleep: {seconds: {{ .Values.serve.drain.preStopSeconds }}}
{{- end -}}

{{/* How long a program may take to end: what `serve` waits, drains and finishes, and five seconds. (root, program) */}}
{{- define "interlock.endsWithin" -}}
{{- $of := index .root.Values .program -}}
{{- if eq .program "serve" -}}
{{- add (int $of.drain.preStopSeconds) (int (ceil $of.drain.graceSeconds)) 20 5 -}}
{{- else -}}
{{- default 60 $of.terminationGracePeriodSeconds -}}
{{- end -}}
{{- end -}}

{{/* Annotations of pods: a change of what the chart writes for them lets them come anew. (root, program) */}}
{{- define "interlock.podAnnotations" -}}
{{- $found := merge (dict) (index .root.Values .program).podAnnotations .root.Values.podDefaults.annotations .root.Values.commonAnnotations -}}
{{- with include "interlock.filesOf" . | fromYaml -}}
{{- $_ := set $found "checksum/files" (toJson . | sha256sum) -}}
{{- end -}}
{{- if .root.Values.externalSecret.enabled -}}
{{- $_ := set $found "checksum/external-secret" (.root.Values.externalSecret | toJson | sha256sum) -}}
{{- end -}}
{{- with $found -}}
{{ toYaml . }}
{{- end -}}
{{- end -}}

{{/* Labels of pods. (root, program) */}}
{{- define "interlock.podLabels" -}}
{{- $besides := merge (dict) (index .root.Values .program).podLabels .root.Values.podDefaults.labels -}}
{{- include "interlock.labels" (merge (dict "labels" $besides) .) -}}
{{- end -}}

{{/* What a pod has besides its containers and volumes. (root, program) */}}
{{- define "interlock.podSpec" -}}
{{- $of := index .root.Values .program -}}
{{- $all := .root.Values.podDefaults -}}
serviceAccountName: {{ include "interlock.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ include "interlock.endsWithin" . }}
securityContext:
  {{- toYaml $all.securityContext | nindent 2 }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with default $all.priorityClassName $of.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $all.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with default $all.nodeSelector $of.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat $all.tolerations $of.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with default $all.affinity $of.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* How pods are spread, if nothing is said: over zones and nodes, as far as it goes. (root, program) */}}
{{- define "interlock.spread" -}}
{{- with (index .root.Values .program).topologySpreadConstraints }}
{{- toYaml . }}
{{- else }}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "interlock.selector" $ | nindent 6 }}
  matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end }}
{{- end -}}

{{/* The volumes of a program, without `data`. (root, program) */}}
{{- define "interlock.volumes" -}}
{{- if include "interlock.sources" . | trim }}
- name: files-{{ .program }}
  projected:
    defaultMode: 0440
    sources:
      {{- include "interlock.sources" . | trim | nindent 6 }}
{{- end }}
{{- with (index .root.Values .program).extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The volumes that all pods have. */}}
{{- define "interlock.commonVolumes" -}}
- name: tmp
  emptyDir: {sizeLimit: {{ .Values.podDefaults.tmpSize }}}
{{- with .Values.podDefaults.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The template of a program's pods, of a Deployment or a Job. (root, program; restart: a Job's policy) */}}
{{- define "interlock.podTemplate" -}}
{{- $of := index .root.Values .program -}}
metadata:
  labels:
    {{- include "interlock.podLabels" . | nindent 4 }}
  {{- with include "interlock.podAnnotations" . }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  {{- include "interlock.podSpec" . | nindent 2 }}
  {{- if .restart }}
  restartPolicy: {{ .restart }}
  {{- else }}
  topologySpreadConstraints:
    {{- include "interlock.spread" . | trim | nindent 4 }}
  {{- end }}
  {{- with $of.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    -
      {{- include "interlock.container" . | nindent 6 }}
    {{- with $of.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: data
      emptyDir: {sizeLimit: {{ .root.Values.podDefaults.dataSize }}}
    {{- include "interlock.commonVolumes" .root | nindent 4 }}
    {{- with include "interlock.volumes" . | trim }}
    {{- . | nindent 4 }}
    {{- end }}
{{- end -}}
