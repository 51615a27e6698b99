"""AWS's commercial Regions, as botocore 1.44 names them, with the time zone of their place and a first weight."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownRegion:
    """One Region: its code, AWS's description, and the IANA time zone that its working hours follow.

    traffic_weight: where to begin before a company says its own; only the order matters: 100 for the Regions in which
    most companies have most of their traffic, 50 and 20 for large and middling ones, 10 for all others.
    """

    name: str
    description: str
    time_zone: str
    traffic_weight: int = 10


KNOWN_REGIONS: dict[str, KnownRegion] = {
    region.name: region
    for region in (
        KnownRegion("af-south-1", "Africa (Cape Town)", "Africa/Johannesburg"),
        KnownRegion("ap-east-1", "Asia Pacific (Hong Kong)", "Asia/Hong_Kong"),
        KnownRegion("ap-east-2", "Asia Pacific (Taipei)", "Asia/Taipei"),
        KnownRegion("ap-northeast-1", "Asia Pacific (Tokyo)", "Asia/Tokyo", 50),
        KnownRegion("ap-northeast-2", "Asia Pacific (Seoul)", "Asia/Seoul", 20),
        KnownRegion("ap-northeast-3", "Asia Pacific (Osaka)", "Asia/Tokyo"),
        KnownRegion("ap-south-1", "Asia Pacific (Mumbai)", "Asia/Kolkata", 20),
        KnownRegion("ap-south-2", "Asia Pacific (Hyderabad)", "Asia/Kolkata"),
        KnownRegion("ap-southeast-1", "Asia Pacific (Singapore)", "Asia/Singapore", 20),
        KnownRegion("ap-southeast-2", "Asia Pacific (Sydney)", "Australia/Sydney", 20),
        KnownRegion("ap-southeast-3", "Asia Pacific (Jakarta)", "Asia/Jakarta"),
        KnownRegion("ap-southeast-4", "Asia Pacific (Melbourne)", "Australia/Melbourne"),
        KnownRegion("ap-southeast-5", "Asia Pacific (Malaysia)", "Asia/Kuala_Lumpur"),
        KnownRegion("ap-southeast-6", "Asia Pacific (New Zealand)", "Pacific/Auckland"),
        KnownRegion("ap-southeast-7", "Asia Pacific (Thailand)", "Asia/Bangkok"),
        KnownRegion("ca-central-1", "Canada (Central)", "America/Toronto", 20),
        KnownRegion("ca-west-1", "Canada West (Calgary)", "America/Edmonton"),
        KnownRegion("eu-central-1", "Europe (Frankfurt)", "Europe/Berlin", 50),
        KnownRegion("eu-central-2", "Europe (Zurich)", "Europe/Zurich"),
        KnownRegion("eu-north-1", "Europe (Stockholm)", "Europe/Stockholm", 20),
        KnownRegion("eu-south-1", "Europe (Milan)", "Europe/Rome"),
        KnownRegion("eu-south-2", "Europe (Spain)", "Europe/Madrid"),
        KnownRegion("eu-west-1", "Europe (Ireland)", "Europe/Dublin", 50),
        KnownRegion("eu-west-2", "Europe (London)", "Europe/London", 20),
        KnownRegion("eu-west-3", "Europe (Paris)", "Europe/Paris", 20),
        KnownRegion("il-central-1", "Israel (Tel Aviv)", "Asia/Jerusalem"),
        KnownRegion("me-central-1", "Middle East (UAE)", "Asia/Dubai"),
        KnownRegion("me-south-1", "Middle East (Bahrain)", "Asia/Bahrain"),
        KnownRegion("mx-central-1", "Mexico (Central)", "America/Mexico_City"),
        KnownRegion("sa-east-1", "South America (Sao Paulo)", "America/Sao_Paulo", 20),
        KnownRegion("us-east-1", "US East (N. Virginia)", "America/New_York", 100),
        KnownRegion("us-east-2", "US East (Ohio)", "America/New_York", 50),
        KnownRegion("us-west-1", "US West (N. California)", "America/Los_Angeles", 20),
        KnownRegion("us-west-2", "US West (Oregon)", "America/Los_Angeles", 50),
    )
}
