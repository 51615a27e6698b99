"""Where the service is reached: its name, its certificate, and a load balancer whose targets are pods."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from infrastructure import cluster as kubernetes
from infrastructure.alarms import FIVE_MINUTES, MINUTE, alarm
from infrastructure.company import Company
from infrastructure.network import EDGE, NODES

PORT = 8400
IDLE_SECONDS = 300
"""Sockets are pinged every 20 seconds."""
DRAIN_SECONDS = 60
"""What `serve` takes to end: 15 seconds in which nothing is told to it, and 45 over which it closes its sockets."""
SLOW_SECONDS = 5
CERTIFICATE_DAYS = 21


class Edge(Construct):
    """The load balancer is the stack's own, so that its name, its logs and its alarms are known before a pod runs."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        company: Company,
        *,
        vpc: ec2.IVpc,
        cluster: kubernetes.Cluster,
        logs: s3.IBucket,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        self._zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=company.zone_id, zone_name=company.zone_name
        )
        self.certificate = acm.Certificate(
            self,
            "Certificate",
            domain_name=company.domain,
            validation=acm.CertificateValidation.from_dns(self._zone),
        )
        self.group = self._group(company, vpc, cluster)
        self.balancer = self._balancer(company, vpc, logs)
        self.targets = self._targets(vpc)
        self._listen()
        route53.ARecord(
            self,
            "Name",
            zone=self._zone,
            record_name=f"{company.domain}.",
            target=route53.RecordTarget.from_alias(targets.LoadBalancerTarget(self.balancer)),
        )
        self._alarms(topic)

    def _group(self, company: Company, vpc: ec2.IVpc, cluster: kubernetes.Cluster) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self, "Group", vpc=vpc, description="Interlock: the load balancer", allow_all_outbound=False
        )
        for network in company.reach.service_from:
            group.add_ingress_rule(ec2.Peer.ipv4(network), ec2.Port.tcp(443), "HTTPS")
        pods = cluster.cluster.cluster_security_group_id
        ec2.CfnSecurityGroupEgress(
            self,
            "ToPods",
            group_id=group.security_group_id,
            destination_security_group_id=pods,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            description="to the pods",
        )
        ec2.CfnSecurityGroupIngress(
            self,
            "FromBalancer",
            group_id=pods,
            source_security_group_id=group.security_group_id,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            description="Interlock: from the load balancer",
        )
        return group

    def _balancer(self, company: Company, vpc: ec2.IVpc, logs: s3.IBucket) -> elb.ApplicationLoadBalancer:
        subnets = EDGE if company.reach.internet else NODES
        balancer = elb.ApplicationLoadBalancer(
            self,
            "Balancer",
            load_balancer_name="interlock",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_group_name=subnets),
            internet_facing=company.reach.internet,
            security_group=self.group,
            drop_invalid_header_fields=True,
            deletion_protection=True,
            desync_mitigation_mode=elb.DesyncMitigationMode.STRICTEST,
            idle_timeout=cdk.Duration.seconds(IDLE_SECONDS),
        )
        balancer.log_access_logs(logs, "balancer")
        return balancer

    def _targets(self, vpc: ec2.IVpc) -> elb.ApplicationTargetGroup:
        """Auto Mode registers pods with groups that carry the cluster's name alone."""
        group = elb.ApplicationTargetGroup(
            self,
            "Pods",
            target_group_name="interlock",
            vpc=vpc,
            target_type=elb.TargetType.IP,
            protocol=elb.ApplicationProtocol.HTTP,
            port=PORT,
            deregistration_delay=cdk.Duration.seconds(DRAIN_SECONDS),
            health_check=elb.HealthCheck(
                path="/readyz",
                healthy_http_codes="200",
                interval=cdk.Duration.seconds(5),
                timeout=cdk.Duration.seconds(4),
                healthy_threshold_count=2,
                unhealthy_threshold_count=2,
            ),
        )
        cdk.Tags.of(group).add("eks:eks-cluster-name", kubernetes.NAME)
        return group

    def _listen(self) -> None:
        """TLS 1.2 and 1.3. Nothing listens for HTTP: a bearer that is sent so has been read before it is redirected."""
        self.balancer.add_listener(
            "Https",
            port=443,
            open=False,
            certificates=[self.certificate],
            ssl_policy=elb.SslPolicy.TLS13_RES,
            default_action=elb.ListenerAction.forward([self.targets]),
        )

    def _alarms(self, topic: sns.ITopic) -> None:
        healthy = self.targets.metrics.healthy_host_count(statistic="Minimum", period=MINUTE)
        alarm(
            self,
            "NobodyAnswers",
            topic,
            healthy,
            threshold=1,
            below=True,
            periods=3,
            without_data=cloudwatch.TreatMissingData.BREACHING,
            says="No pod of `serve` is ready: pipelines wait. Look at /readyz, the pods and the database.",
        )
        answered = {
            "requests": self.balancer.metrics.request_count(statistic="Sum", period=FIVE_MINUTES),
            "own": self.balancer.metrics.http_code_elb(
                elb.HttpCodeElb.ELB_5XX_COUNT, statistic="Sum", period=FIVE_MINUTES
            ),
            "pods": self.balancer.metrics.http_code_target(
                elb.HttpCodeTarget.TARGET_5XX_COUNT, statistic="Sum", period=FIVE_MINUTES
            ),
        }
        alarm(
            self,
            "AnswersAreErrors",
            topic,
            cloudwatch.MathExpression(
                expression="IF(requests > 20, 100 * (FILL(own, 0) + FILL(pods, 0)) / requests, 0)",
                using_metrics=answered,
                label="5xx of all answers, in percent",
                period=FIVE_MINUTES,
            ),
            threshold=5,
            periods=2,
            says="More than one answer in twenty is a 5xx. Look at the log of `serve`: each has a trace id.",
        )
        alarm(
            self,
            "AnswersAreSlow",
            topic,
            self.targets.metrics.target_response_time(statistic="p99", period=FIVE_MINUTES),
            threshold=SLOW_SECONDS,
            periods=3,
            says="One answer in a hundred takes five seconds: look at the database's capacity and at slow statements.",
        )
        alarm(
            self,
            "CertificateEnds",
            topic,
            self.certificate.metric_days_to_expiry(statistic="Minimum", period=cdk.Duration.days(1)),
            threshold=CERTIFICATE_DAYS,
            below=True,
            periods=1,
            says="ACM has not renewed the certificate: look whether its record is still in the zone.",
        )
