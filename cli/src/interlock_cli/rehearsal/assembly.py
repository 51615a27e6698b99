"""What `cdk synth` left behind: the pipeline's stack, its stages and actions, and the map of what each action does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.places import Place

PIPELINE = "AWS::CodePipeline::Pipeline"
STACK = "aws:cloudformation:stack"
MAP = "pipelinekit-map.json"
PLAN = "pipelinekit-plan.json"

Template = dict[str, Any]


@dataclass(frozen=True)
class Action:
    """An action as the template declares it: `configuration` and `role` may still hold intrinsic functions."""

    name: str
    run_order: int
    owner: str
    category: str
    provider: str
    version: str
    region: str | None
    role: Any
    configuration: Mapping[str, Any]
    namespace: str | None
    outputs: tuple[str, ...] = ()

    @property
    def deploys(self) -> bool:
        """Whether it changes a stack; preparing a change set does not."""
        return self.provider == "CloudFormation" and self.configuration.get("ActionMode") != "CHANGE_SET_REPLACE"


@dataclass(frozen=True)
class Stage:
    """A stage of the pipeline, with its actions as declared. on_failure: ROLLBACK, RETRY, or empty."""

    name: str
    actions: tuple[Action, ...]
    on_failure: str = ""

    @property
    def run_orders(self) -> list[tuple[Action, ...]]:
        """The actions in groups that run side by side, the first group first."""
        orders = sorted({action.run_order for action in self.actions})
        return [tuple(each for each in self.actions if each.run_order == order) for order in orders]


@dataclass(frozen=True)
class ActionMap:
    """pipelinekit-map.json: which environment an action works on. Names of actions are never parsed.

    waves: the wave of each stage that is a wave's. places: where an environment is. signals: what tells of an
    environment's health, as the map has it.
    """

    environments: Mapping[tuple[str, str], str]
    waves: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    signals: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def environment(self, stage: str, action: str) -> str | None:
        """The environment that this action deploys to, or None."""
        return self.environments.get((stage, action))

    def of_stage(self, stage: str) -> list[str]:
        """The environments that a stage of the pipeline deploys to."""
        return list(dict.fromkeys(name for (where, _), name in self.environments.items() if where == stage))

    @property
    def names(self) -> list[str]:
        """Every environment of the pipeline, once, in the order of deployment."""
        return list(dict.fromkeys(self.environments.values()))

    def within(self, target: str) -> list[str]:
        """The environments of a wave, or the one that is named; none where there is neither."""
        of_the_wave = [name for (stage, _), name in self.environments.items() if self.waves.get(stage) == target]
        return list(dict.fromkeys(of_the_wave)) or [name for name in self.names if name == target]


@dataclass(frozen=True)
class Assembly:
    """A cloud assembly with one pipeline in it."""

    folder: Path
    stack: str
    place: Place
    template: Template
    pipeline: str
    stages: tuple[Stage, ...]
    actions: ActionMap

    @property
    def definition(self) -> Mapping[str, Any]:
        """The properties of the pipeline's resource."""
        properties: Mapping[str, Any] = self.template["Resources"][self.pipeline]["Properties"]
        return properties

    @property
    def checks(self) -> list[str]:
        """The names of the plan's checks: pipelinekit writes the plan beside the assembly. Empty without one."""
        waves = [wave for stage in self._plan.get("stages", []) for wave in stage.get("waves", [])]
        return list(dict.fromkeys(check["name"] for wave in waves for check in wave.get("checks", [])))

    @property
    def service(self) -> str:
        """The service's name, by the plan; the pipeline's where there is none."""
        return str(self._plan.get("service") or self.definition.get("Name", self.pipeline))

    @property
    def _plan(self) -> Mapping[str, Any]:
        file = self.folder / PLAN
        return read_json(file) if file.is_file() else {}

    @property
    def template_paths(self) -> list[str]:
        """The `Artifact::file` of every stack that the pipeline deploys, once."""
        found = (action.configuration.get("TemplatePath") for stage in self.stages for action in stage.actions)
        return list(dict.fromkeys(each for each in found if isinstance(each, str)))

    @property
    def environments_by_template(self) -> dict[str, str]:
        """The environment of each template that the pipeline deploys, by the template's path in the assembly."""
        found = {}
        for stage in self.stages:
            for action in stage.actions:
                path = action.configuration.get("TemplatePath")
                environment = self.actions.environment(stage.name, action.name)
                if isinstance(path, str) and environment:
                    found[path.partition("::")[2]] = environment
        return found

    def stack_template(self, template_path: str) -> Template:
        """The template of an action, by the `Artifact::file` that it names."""
        file = self.folder / template_path.partition("::")[2]
        return read_json(file)


def read_assembly(folder: Path) -> Assembly:
    """Reads a cloud assembly. Raises CommandError where it is not one, or holds no pipeline or several."""
    found = [
        (artifact, template, name)
        for artifact, template in _stacks(folder)
        for name, resource in template.get("Resources", {}).items()
        if resource.get("Type") == PIPELINE
    ]
    if len(found) != 1:
        raise CommandError(
            f"The app holds {len(found) or 'no'} pipelines; a rehearsal walks exactly one.",
            "Make it with `ServicePipeline(app, …)`, one in an app.",
        )
    artifact, template, name = found[0]
    return Assembly(
        folder=folder,
        stack=artifact["properties"].get("stackName", artifact["name"]),
        place=_place(artifact),
        template=template,
        pipeline=name,
        stages=tuple(_stage(each) for each in template["Resources"][name]["Properties"]["Stages"]),
        actions=_action_map(folder),
    )


def manifests(folder: Path) -> list[Path]:
    """The manifests of the assembly and of those nested in it."""
    return sorted(folder.glob("**/manifest.json"))


def read_json(file: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises CommandError naming the file."""
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(
            f"{file} cannot be read as JSON ({error}).", "Synthesize the app again, and look at what cdk says."
        ) from error
    if not isinstance(value, dict):
        raise CommandError(f"{file} holds no JSON object.", "Synthesize the app again.")
    return value


def _stacks(folder: Path) -> list[tuple[dict[str, Any], Template]]:
    manifest = read_json(folder / "manifest.json")
    return [
        ({"name": name, **artifact}, read_json(folder / artifact["properties"]["templateFile"]))
        for name, artifact in manifest.get("artifacts", {}).items()
        if artifact.get("type") == STACK
    ]


def _place(artifact: Mapping[str, Any]) -> Place:
    """The place of a stack from `aws://ACCOUNT/REGION`."""
    account, _, region = artifact["environment"].removeprefix("aws://").partition("/")
    if account.startswith("unknown") or region.startswith("unknown"):
        raise CommandError(
            f"The pipeline's stack has no account and Region ({artifact['environment']}).",
            "Set pipelineAccount and pipelineRegion of the organisation.",
        )
    return Place(account, region)


def _stage(declared: Mapping[str, Any]) -> Stage:
    on_failure = declared.get("OnFailure", {}).get("Result", "")
    return Stage(declared["Name"], tuple(_action(each) for each in declared["Actions"]), on_failure)


def _action(declared: Mapping[str, Any]) -> Action:
    kind = declared["ActionTypeId"]
    return Action(
        name=declared["Name"],
        run_order=int(declared.get("RunOrder", 1)),
        owner=kind["Owner"],
        category=kind["Category"],
        provider=kind["Provider"],
        version=str(kind["Version"]),
        region=declared.get("Region"),
        role=declared.get("RoleArn"),
        configuration=declared.get("Configuration", {}),
        namespace=declared.get("Namespace"),
        outputs=tuple(each["Name"] for each in declared.get("OutputArtifacts", ())),
    )


def _action_map(folder: Path) -> ActionMap:
    """The map, or an empty one: a pipeline that pipelinekit did not make has none."""
    file = folder / MAP
    if not file.is_file():
        return ActionMap({})
    given = read_json(file)
    stages = given.get("stages", [])
    working = [
        (stage["name"], action) for stage in stages for action in stage.get("actions", []) if action.get("environment")
    ]
    return ActionMap(
        environments={(stage, action["name"]): action["environment"] for stage, action in working},
        waves={stage["name"]: stage["wave"] for stage in stages if stage.get("wave")},
        places={
            action["environment"]: Place(action["account"], action["region"])
            for _, action in working
            if action.get("account") and action.get("region")
        },
        signals=given.get("signals", {}),
    )
