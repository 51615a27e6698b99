"""How programs run: they begin, end without losing anybody, scale, and are closed to others."""

from __future__ import annotations

from typing import Any

import pytest

from graph.readiness import LOOK_SECONDS, MOST_SOCKETS
from graph.serving import FINISH_SECONDS
from scripts.chart_schema import RULES
from tests.helm.tools import container, names, one, pods, rendered, variables

PROGRAMS = ("serve", "intake", "report", "upkeep")


@pytest.mark.parametrize("more", [{}, {"serve": {"drain": {"preStopSeconds": 30, "graceSeconds": 120.5}}}])
def test_a_pod_has_the_time_that_it_needs_to_end(more: dict[str, Any]) -> None:
    """What is waited before the signal, the grace, what the service finishes in, and a rest: 15 + 45 + 20 + 5."""
    found = rendered("minimal", more)
    pod = one(found, "Deployment", "-serve")["spec"]["template"]["spec"]
    serve = container(found)
    before = serve["lifecycle"]["preStop"]["sleep"]["seconds"]
    grace = float(variables(serve)["INTERLOCK_GRACE_SECONDS"])
    assert before + grace + FINISH_SECONDS < pod["terminationGracePeriodSeconds"] <= before + grace + FINISH_SECONDS + 6
    if not more:
        assert (before, grace, pod["terminationGracePeriodSeconds"]) == (15, 45, 85)


def test_workers_may_finish_a_notification() -> None:
    """A minute at most for what is in hand (docs/operations.md), and a rest."""
    for program in PROGRAMS[1:]:
        assert one(rendered(), "Deployment", program)["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > 60


def test_probes_ask_what_each_is_for() -> None:
    """Ready is who takes writes; alive is who needs no other start: a database that is away ends no pod."""
    serve = container(rendered())
    paths = {kind: serve[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")}
    assert paths == {"startup": "/healthz", "readiness": "/readyz", "liveness": "/healthz"}
    assert serve["readinessProbe"]["timeoutSeconds"] > LOOK_SECONDS


def test_load_balancers_learn_of_the_end_before_the_port_is_closed() -> None:
    """The health check of the ALB fails twice within the grace, and its targets are kept as long as the pod ends."""
    found = rendered("eks")
    annotations = one(found, "Ingress")["metadata"]["annotations"]
    said = {key.rpartition("/")[2]: value for key, value in annotations.items()}
    notices = int(said["healthcheck-interval-seconds"]) * int(said["unhealthy-threshold-count"])
    assert notices < container(found)["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert int(said["healthcheck-timeout-seconds"]) > LOOK_SECONDS
    assert said["target-type"] == "ip"
    assert said["load-balancer-attributes"] == "idle_timeout.timeout_seconds=300"
    assert said["target-group-attributes"] == "deregistration_delay.timeout_seconds=85"
    assert said["healthcheck-path"] == "/readyz"


def test_another_ingress_has_no_annotations_of_alb() -> None:
    """Another class gets what the user says, and nothing of AWS's."""
    annotations = one(rendered("everything"), "Ingress")["metadata"]["annotations"]
    assert not any(each.startswith("alb.") for each in annotations)
    assert annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"] == "300"


def test_a_route_lets_sockets_live() -> None:
    """Without bounds of its own, and under the name of publicUrl."""
    route = one(rendered("evaluation-issuer"), "HTTPRoute")["spec"]
    assert route["hostnames"] == ["interlock.example.com"]
    assert route["rules"][0]["timeouts"] == {"request": "0s", "backendRequest": "0s"}


def test_pods_are_spread_and_kept() -> None:
    """Over zones and nodes, each version by itself; drains of nodes leave all pods but one, and take broken ones."""
    found = rendered()
    for program in PROGRAMS:
        spread = one(found, "Deployment", program)["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert [each["topologyKey"] for each in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
        budget = one(found, "PodDisruptionBudget", program)["spec"]
        assert (budget["maxUnavailable"], budget["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")
    assert one(rendered("everything"), "PodDisruptionBudget", "-serve")["spec"]["minAvailable"] == 1


def test_what_scales_has_no_number_of_its_own() -> None:
    """A Deployment that something scales names no replicas, which each upgrade would put back."""
    for name in ("eks", "everything"):
        spec = one(rendered(name), "Deployment", "-serve")["spec"]
        assert "replicas" not in spec
    assert one(rendered(), "Deployment", "-serve")["spec"]["replicas"] == 2


def test_scaled_by_processor_and_sockets() -> None:
    """HPA by the container's CPU and the pods' own metric; KEDA by the sum of it, and by the queue."""
    scaler = one(rendered("everything"), "HorizontalPodAutoscaler", "-serve")["spec"]["metrics"]
    assert scaler[0]["containerResource"]["container"] == "serve"
    assert scaler[1]["pods"]["metric"]["name"] == "interlock_open_sockets"
    assert scaler[1]["pods"]["target"] == {"type": "AverageValue", "averageValue": "2500"}
    triggers = one(rendered("eks"), "ScaledObject", "-serve")["spec"]["triggers"]
    assert [each["type"] for each in triggers] == ["cpu", "prometheus"]
    wanted = 'sum(interlock_open_sockets{namespace="hub", service="interlock"})'
    assert triggers[1]["metadata"]["query"] == wanted
    queue = one(rendered("eks"), "ScaledObject", "-intake")["spec"]["triggers"][0]
    assert queue["metadata"]["queueURL"].endswith("/interlock")
    assert queue["authenticationRef"] == {"name": "interlock-queue"}


def test_no_more_sockets_are_asked_for_than_a_process_takes() -> None:
    """`openSockets` is bounded by what the service refuses beyond."""
    assert RULES["*.autoscaling.openSockets"]["maximum"] == MOST_SOCKETS


def test_a_hook_needs_nothing_that_is_not_there() -> None:
    """The Job of a hook names no account, ConfigMap or Secret of the chart's: it runs before the chart makes any."""
    for name in ("minimal", "everything"):
        found = rendered(name)
        job = one(found, "Job")
        assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
        made = {each["metadata"]["name"] for each in found if each["kind"] in ("ConfigMap", "ServiceAccount")}
        used = str(job["spec"]["template"]["spec"]["volumes"])
        assert not {each for each in made if f"'{each}'" in used}
        assert job["spec"]["template"]["spec"]["serviceAccountName"] not in made


def test_a_plain_job_is_named_by_what_it_does() -> None:
    """Another image or other settings make another Job; the same make the same, which an upgrade leaves alone."""

    def name(more: Any = None) -> str:
        return str(one(rendered("eks", more), "Job")["metadata"]["name"])

    assert name() == name({"serve": {"replicas": 7}})
    assert name() != name({"image": {"digest": f"sha256:{'1' * 64}"}})
    assert name() != name({"settings": {"statementSeconds": 300}})


def test_nothing_is_migrated_where_the_user_does_it() -> None:
    """`none`: there is no Job. In an evaluation whichever program starts migrates."""
    kinds = {each["kind"] for each in rendered("minimal", {"migration": {"mode": "none"}})}
    assert "Job" not in kinds
    assert "Job" not in {each["kind"] for each in rendered("evaluation")}


def test_an_evaluation_is_reached_from_its_own_pod_alone() -> None:
    """Without an issuer: loopback, probes from inside, no Service, no test; all programs share one volume."""
    found = rendered("evaluation")
    kinds = {each["kind"] for each in found}
    assert not kinds & {"Service", "Pod", "Deployment", "PodDisruptionBudget"}
    of = one(found, "StatefulSet")["spec"]
    pod = of["template"]["spec"]
    assert pod["shareProcessNamespace"] is True
    assert [each["name"] for each in pod["containers"]] == list(PROGRAMS)
    assert of["replicas"] == 1
    serve = container(found)
    assert variables(serve)["INTERLOCK_HOST"] == "127.0.0.1"
    assert "exec" in serve["readinessProbe"]
    assert variables(container(rendered("evaluation-issuer")))["INTERLOCK_HOST"] == "0.0.0.0"
    assert one(rendered("evaluation-issuer"), "Service")["spec"]["type"] == "ClusterIP"


def test_pods_are_closed_but_for_what_they_need() -> None:
    """Only `serve` is asked, on its port; programs ask DNS, the agent of Pod Identity, and the ports that are said."""
    found = rendered("eks")
    serve = one(found, "NetworkPolicy", "-serve")["spec"]
    assert serve["ingress"][0]["ports"] == [{"port": "http", "protocol": "TCP"}]
    assert serve["ingress"][0]["from"][-1]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "test"
    programs = one(found, "NetworkPolicy", "-programs")["spec"]
    assert programs["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in programs
    selected = programs["podSelector"]["matchExpressions"][0]["values"]
    assert selected == [*PROGRAMS, "migration"]
    assert [each["port"] for each in programs["egress"][2]["ports"]] == [443, 5432, 4318, 587]


def test_each_program_has_an_account_of_its_own() -> None:
    """So that a role of AWS may be given to one of them; the API's token is mounted nowhere."""
    found = rendered("eks")
    accounts = {each["metadata"]["name"]: each for each in found if each["kind"] == "ServiceAccount"}
    assert set(accounts) == {f"interlock-{program}" for program in PROGRAMS}
    assert all(each["automountServiceAccountToken"] is False for each in accounts.values())
    annotations = accounts["interlock-serve"]["metadata"]["annotations"]
    assert annotations["eks.amazonaws.com/role-arn"].endswith("role/interlock-serve")
    assert accounts["interlock-intake"]["metadata"].get("annotations") is None


def test_what_is_said_for_all_and_for_one() -> None:
    """Lists are added to; a selector, an affinity and a class of one program stand instead of those of all."""
    more = {"serve": {"nodeSelector": {"pool": "own"}, "tolerations": [{"key": "own"}], "priorityClassName": "own"}}
    found = rendered("everything", more)
    serve = one(found, "Deployment", "-serve")["spec"]["template"]
    report = one(found, "Deployment", "-report")["spec"]["template"]
    assert serve["spec"]["nodeSelector"] == {"pool": "own"}
    assert report["spec"]["nodeSelector"] == {"kubernetes.io/arch": "amd64"}
    assert [each["key"] for each in serve["spec"]["tolerations"]] == ["dedicated", "own"]
    assert (serve["spec"]["priorityClassName"], report["spec"]["priorityClassName"]) == ("own", "platform")
    assert serve["metadata"]["annotations"]["example.com/pod"] == "serve"
    assert report["metadata"]["annotations"]["example.com/pod"] == "all"
    assert variables(container(found))["PYTHONWARNINGS"] == "default"
    assert variables(container(found))["HTTPS_PROXY"].startswith("http://proxy")


@pytest.mark.parametrize("name", names())
def test_programs_are_run_as_the_image_has_them(name: str) -> None:
    """By one word, the volumes that are written to are the two that the image names, and nothing else is."""
    for _, pod in pods(rendered(name)):
        for each in pod["containers"]:
            if each["name"] not in ("test", "beside"):
                assert each["args"] == [{"migration": "migrate"}.get(each["name"], each["name"])]
                writable = {mount["mountPath"] for mount in each["volumeMounts"] if not mount.get("readOnly")}
                assert writable == {"/var/lib/interlock", "/tmp"}


def test_programs_of_an_evaluation_share_a_volume_of_the_user_s() -> None:
    """What two programs are given under one name is one volume of their pod."""
    own = {"extraVolumes": [{"name": "own", "configMap": {"name": "own"}}]}
    found = rendered("evaluation", {"serve": own, "report": own})
    volumes = [each["name"] for each in one(found, "StatefulSet")["spec"]["template"]["spec"]["volumes"]]
    assert volumes.count("own") == 1


def test_the_chart_s_own_labels_hold() -> None:
    """Whatever is said for all and for one: nothing is there twice, and no selector is led astray."""
    more = {
        "commonLabels": {"team": "all", "app.kubernetes.io/component": "mine"},
        "serve": {"podLabels": {"team": "serve"}},
    }
    found = one(rendered("minimal", more), "Deployment", "-serve")
    assert found["metadata"]["labels"]["team"] == "all"
    labels = found["spec"]["template"]["metadata"]["labels"]
    assert (labels["team"], labels["app.kubernetes.io/component"]) == ("serve", "serve")


def test_the_region_is_what_boto3_reads() -> None:
    """AWS_DEFAULT_REGION, and AWS_REGION for the rest."""
    said = variables(container(rendered("eks")))
    assert (said["AWS_DEFAULT_REGION"], said["AWS_REGION"]) == ("eu-west-1", "eu-west-1")
