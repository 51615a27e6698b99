"""The VPC: load balancer, nodes and database each in subnets of their own, in two or three zones."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infrastructure.company import Company

FLOW_LOG_DAYS = logs.RetentionDays.THREE_MONTHS
NODES = "Nodes"
EDGE = "Edge"
DATABASE = "Database"


class Network(cdk.Stack):
    """Zones are named by the company, and nothing is looked up: a pipeline's build may not ask the account."""

    def __init__(self, scope: Construct, construct_id: str, company: Company, *, key: kms.IKey, **kwargs: Any) -> None:
        self._zones = list(company.network.zones)
        super().__init__(scope, construct_id, **kwargs)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            vpc_name="interlock",
            ip_addresses=ec2.IpAddresses.cidr(company.network.cidr),
            availability_zones=self._zones,
            nat_gateways=company.network.nat_gateways,
            restrict_default_security_group=True,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name=EDGE, subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24, map_public_ip_on_launch=False
                ),
                ec2.SubnetConfiguration(name=NODES, subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=21),
                ec2.SubnetConfiguration(name=DATABASE, subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=26),
            ],
            gateway_endpoints={"S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
        )
        named = cdk.Acknowledgment(
            id="CloudFormation-Validate::W3010", reason="zones are the company's to name: a build may not look them up"
        )
        cdk.Validations.of(self.vpc).acknowledge(named)
        self._tag_for_load_balancers()
        flow = logs.LogGroup(
            self,
            "Flow",
            log_group_name="/interlock/vpc",
            retention=FLOW_LOG_DAYS,
            encryption_key=key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.vpc.add_flow_log("FlowLog", destination=ec2.FlowLogDestination.to_cloud_watch_logs(flow))

    @property
    def availability_zones(self) -> list[str]:
        """CDK compares a VPC's zones with these, and would look the account's up."""
        return self._zones

    def _tag_for_load_balancers(self) -> None:
        """EKS finds the subnets of load balancers by these tags: its documentation, "Tag subnets"."""
        for name, tag in ((EDGE, "kubernetes.io/role/elb"), (NODES, "kubernetes.io/role/internal-elb")):
            for subnet in self.vpc.select_subnets(subnet_group_name=name).subnets:
                cdk.Tags.of(subnet).add(tag, "1")
