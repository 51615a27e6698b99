import Box from '@cloudscape-design/components/box';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import type { DragEvent } from 'react';
import { Link } from 'react-router';

import type { Values } from './entities';
import { entityHref } from './kinds';
import { minutesSaid } from './impact';
import { MoveButton } from './MoveButton';
import type { Move, StageOrder, WaveOrder } from './order';

/** What is being dragged: the element says it to where it is dropped. */
const DRAGGED = 'application/x-interlock-';

/** Lets something be dragged. */
export function dragging(what: Move['what'], name: string, may: boolean) {
  return {
    draggable: may,
    onDragStart: (event: DragEvent) => {
      event.dataTransfer.setData(DRAGGED + what, name);
      event.dataTransfer.effectAllowed = 'move';
      event.stopPropagation();
    },
  };
}

/** Lets something of a kind be dropped here. */
export function dropping(what: Move['what'], onDrop: (name: string) => void) {
  const type = DRAGGED + what;
  return {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes(type)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    onDrop: (event: DragEvent) => {
      const name = event.dataTransfer.getData(type);
      if (name === '') return;
      event.preventDefault();
      event.stopPropagation();
      onDrop(name);
    },
  };
}

export interface Arranging {
  stages: readonly StageOrder[];
  may: boolean;
  move: (move: Move) => void;
  /** A wave's fields, as they are saved. */
  fields: ReadonlyMap<string, Values>;
}

function Environment({ name, wave, arranging }: { name: string; wave: string; arranging: Arranging }) {
  const { stages, may, move } = arranging;
  const items = stages.map((stage) => ({
    text: stage.name,
    items: stage.waves
      .filter((each) => each.name !== wave)
      .map((each) => ({ id: each.name, text: `to ${each.name}` })),
  }));
  return (
    <li className="way-environment" {...dragging('environment', name, may)}>
      <Link to={entityHref('environment', name)} draggable={false}>
        {name}
      </Link>
      <ButtonDropdown
        variant="inline-icon"
        expandToViewport
        ariaLabel={`Move ${name}`}
        disabled={!may}
        items={items.filter((group) => group.items.length > 0)}
        onItemClick={({ detail }) => move({ what: 'environment', name, wave: detail.id })}
      />
    </li>
  );
}

interface Props {
  wave: WaveOrder;
  stage: StageOrder;
  place: number;
  arranging: Arranging;
}

/** A wave with its environments: it is dragged, or moved by its buttons; environments are dropped into it. */
export function WaveBox({ wave, stage, place, arranging }: Props) {
  const { may, move, fields } = arranging;
  const bake = fields.get(wave.name)?.['bakeMinutes'];
  const to = (next: number): void => move({ what: 'wave', name: wave.name, stage: stage.name, to: next });
  return (
    <li
      className="way-wave"
      {...dragging('wave', wave.name, may)}
      {...dropping('environment', (name) => move({ what: 'environment', name, wave: wave.name }))}
    >
      <div
        className="way-wave-head"
        {...dropping('wave', (name) => move({ what: 'wave', name, stage: stage.name, to: place }))}
      >
        <Link to={entityHref('wave', wave.name)} draggable={false}>
          {wave.name}
        </Link>
        <Box variant="small">{bake ? `bakes ${minutesSaid(Number(bake))}` : 'does not bake'}</Box>
        <span className="move-buttons">
          <MoveButton
            what={`${wave.name} up`}
            icon="angle-up"
            may={may}
            end={place === 0}
            onMove={() => to(place - 1)}
          />
          <MoveButton
            what={`${wave.name} down`}
            icon="angle-down"
            may={may}
            end={place === stage.waves.length - 1}
            onMove={() => to(place + 1)}
          />
        </span>
      </div>
      <ul className="way-environments" aria-label={`Environments of ${wave.name}`}>
        {wave.environments.map((name) => (
          <Environment key={name} name={name} wave={wave.name} arranging={arranging} />
        ))}
        {wave.environments.length === 0 && (
          <li>
            <Box variant="small">No environment: nothing is deployed to it.</Box>
          </li>
        )}
      </ul>
    </li>
  );
}
