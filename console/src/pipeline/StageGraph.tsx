import './graph.css';

import { type Edge, Handle, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react';
import { memo, useEffect, useMemo, useRef, useState } from 'react';

import type { Step } from './course';
import { type Layout, layoutOf, scaleFor } from './layout';
import { StepCard } from './StepCard';

interface Props {
  steps: readonly Step[];
  selected: string | null;
  /** The step that is held back, and when that is expected to clear. */
  held: { step: string; clearsAt: string } | null;
  onSelect: (id: string) => void;
}

type CardNode = Node<
  { step: Step; selected: boolean; clearsAt: string | null; onSelect: Props['onSelect'] },
  'step'
>;
type GroupNode = Node<{ title: string; production: boolean }, 'stage'>;

const PORTS = [
  ['target', Position.Left, 'left'],
  ['target', Position.Top, 'top'],
  ['source', Position.Right, 'right'],
  ['source', Position.Bottom, 'bottom'],
] as const;

const Ports = memo(function Ports() {
  return PORTS.map(([type, position, id]) => (
    <Handle key={id} type={type} position={position} id={id} isConnectable={false} aria-hidden="true" />
  ));
});

function CardInGraph({ data }: NodeProps<CardNode>) {
  return (
    <>
      <Ports />
      <StepCard {...data} />
    </>
  );
}

function StageInGraph({ data: { title, production } }: NodeProps<GroupNode>) {
  return (
    <div className="stage-box">
      {title}
      {production && <span className="production"> production</span>}
    </div>
  );
}

const NODE_TYPES = { step: CardInGraph, stage: StageInGraph };

function nodesOf(layout: Layout, { steps, selected, held, onSelect }: Props): (CardNode | GroupNode)[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return layout.groups.flatMap((group) => {
    const { id, title, x, y, width, height } = group;
    const production = group.steps.some((each) => byId.get(each)?.production ?? false);
    const fixed = { draggable: false, selectable: false, focusable: false };
    const stage: GroupNode = {
      id,
      type: 'stage',
      position: { x, y },
      width,
      height,
      data: { title, production },
      ...fixed,
    };
    const cards = group.steps.map((stepId): CardNode => {
      const box = layout.steps.get(stepId)!;
      const clearsAt = held?.step === stepId ? held.clearsAt : null;
      const data = { step: byId.get(stepId)!, selected: stepId === selected, clearsAt, onSelect };
      return {
        id: stepId,
        type: 'step',
        parentId: id,
        position: { x: box.x, y: box.y },
        width: box.width,
        height: box.height,
        data,
        ...fixed,
      };
    });
    return [stage, ...cards];
  });
}

function edgesOf(layout: Layout, steps: readonly Step[]): Edge[] {
  return steps.slice(1).map((step, index) => {
    const from = steps[index]!;
    const below = layout.steps.get(from.id)!.x === layout.steps.get(step.id)!.x;
    const within = below && layout.steps.get(from.id)!.group === layout.steps.get(step.id)!.group;
    return {
      id: `${from.id}→${step.id}`,
      source: from.id,
      target: step.id,
      sourceHandle: within ? 'bottom' : 'right',
      targetHandle: within ? 'top' : 'left',
      type: 'smoothstep',
      className: from.state === 'PASSED' && step.state !== 'ABSENT' ? 'passed' : '',
      focusable: false,
    };
  });
}

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

/** The stages and waves of a pipeline as a graph that fits the width that there is. */
export function StageGraph(props: Props) {
  const { steps } = props;
  const [element, width] = useWidth();
  const shape = JSON.stringify(steps.map(({ id, group }) => ({ id, group })));
  const layout = useMemo(() => layoutOf(JSON.parse(shape) as Step[]), [shape]);
  const scale = scaleFor(layout, width);
  const size = { width: Math.ceil(layout.width * scale), height: Math.ceil(layout.height * scale) };
  return (
    <div className="stage-graph" ref={element}>
      {width > 0 && (
        <div style={size}>
          <ReactFlow
            aria-label="Stages and waves"
            nodes={nodesOf(layout, props)}
            edges={edgesOf(layout, steps)}
            nodeTypes={NODE_TYPES}
            viewport={{ x: 0, y: 0, zoom: scale }}
            minZoom={0.1}
            attributionPosition="bottom-left"
            nodesDraggable={false}
            nodesConnectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            elementsSelectable={false}
            panOnDrag={false}
            panOnScroll={false}
            zoomOnScroll={false}
            zoomOnPinch={false}
            zoomOnDoubleClick={false}
            preventScrolling={false}
            disableKeyboardA11y
          />
        </div>
      )}
    </div>
  );
}

/** The same as a list, for a phone. */
export function StageList({ steps, selected, held, onSelect }: Props) {
  return (
    <ol className="stage-list" aria-label="Stages and waves">
      {steps.map((step, index) => (
        <li key={step.id}>
          {step.group !== null && step.group !== steps[index - 1]?.group && (
            <div className="stage-box">{step.group}</div>
          )}
          <StepCard
            step={step}
            selected={step.id === selected}
            clearsAt={held?.step === step.id ? held.clearsAt : null}
            onSelect={onSelect}
          />
        </li>
      ))}
    </ol>
  );
}
