"""One environment of the storefront: tasks on Fargate behind a load balancer, new ones with few requests first."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from pipelinekit import OneBoxService, ServiceSignals

IMAGE = "public.ecr.aws/nginx/nginx:1.29"


class StorefrontStage(cdk.Stage):
    """Everything that one environment holds."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: object) -> None:
        super().__init__(scope, construct_id, **kwargs)
        StorefrontStack(self, "Storefront")


class StorefrontStack(cdk.Stack):
    """ECS shifts the requests between two target groups, by the wave's numbers, and back when the alarm goes off."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        vpc = network(self)
        balancer = elb.ApplicationLoadBalancer(self, "Balancer", vpc=vpc, internet_facing=True)
        listener = balancer.add_listener("Http", port=80, default_action=elb.ListenerAction.fixed_response(404))
        task = ecs.FargateTaskDefinition(self, "Task", cpu=256, memory_limit_mib=512)
        task.add_container(
            "web",
            image=ecs.ContainerImage.from_registry(IMAGE),
            port_mappings=[ecs.PortMapping(container_port=80)],
            logging=ecs.LogDriver.aws_logs(stream_prefix="web"),
        )
        web = OneBoxService(
            self,
            "Web",
            cluster=ecs.Cluster(self, "Cluster", vpc=vpc),
            task_definition=task,
            container_port=80,
            listener=listener,
        )
        signals = ServiceSignals(
            self,
            "Signals",
            requests=web.measured.requests,
            faults=web.measured.faults,
            latency=web.measured.latency,
            one_box=web.boxes,
        )
        web.roll_back_on(signals.one_box)


def network(scope: Construct) -> ec2.IVpc:
    """The account's network, which another team makes and tells of in parameters.

    Nothing is looked up at synth: a pipeline's build has no answers and no rights to ask.
    """

    def told(name: str) -> str:
        return ssm.StringParameter.value_for_string_parameter(scope, f"/network/{name}")

    region = cdk.Stack.of(scope).region
    return ec2.Vpc.from_vpc_attributes(
        scope,
        "Network",
        vpc_id=told("vpc"),
        availability_zones=[f"{region}a", f"{region}b"],
        public_subnet_ids=[told("public-a"), told("public-b")],
        private_subnet_ids=[told("private-a"), told("private-b")],
    )
