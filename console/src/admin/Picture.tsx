import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMemo, useState } from 'react';
import { Link, useNavigate } from 'react-router';

import { useMay } from '../app/viewer';
import { ActionButton } from '../parts/ActionButton';
import { Empty } from '../parts/Empty';
import { DraftNotice } from './DraftNotice';
import type { Entities } from './entities';
import { entityHref, newHref } from './kinds';
import { Leaving } from './Leaving';
import { MoveButton } from './MoveButton';
import { arranged, type Move, reordering, type StageOrder } from './order';
import { ReadOnly } from './ReadOnly';
import { Review } from './Review';
import { movedSentences, stagesOf } from './stages';
import { SuggestedWaves } from './SuggestedWaves';
import { useDraft } from './useDraft';
import { type Arranging, dragging, dropping, WaveBox } from './WaveBox';

const NONE: Move[] = [];

interface StageProps {
  stage: StageOrder;
  place: number;
  production: boolean;
  /** Nothing is moved that is not saved. */
  settled: boolean;
  arranging: Arranging;
  onSaved: (change: number | null) => void;
}

function StageColumn({ stage, place, production, settled, arranging, onSaved }: StageProps) {
  const { stages, may, move } = arranging;
  const to = (next: number): void => move({ what: 'stage', name: stage.name, to: next });
  return (
    <li
      className="way-stage"
      {...dropping('wave', (name) =>
        move({
          what: 'wave',
          name,
          stage: stage.name,
          to: stage.waves.length - (holds(stage, name) ? 1 : 0),
        }),
      )}
    >
      <div
        className="way-stage-head"
        {...dragging('stage', stage.name, may)}
        {...dropping('stage', (name) => move({ what: 'stage', name, to: place }))}
      >
        <h3>
          <Link to={entityHref('stage', stage.name)} draggable={false}>
            {stage.name}
          </Link>
        </h3>
        {production && <Box variant="small">production</Box>}
        <span className="move-buttons">
          <MoveButton
            what={`${stage.name} earlier`}
            icon="angle-left"
            may={may}
            end={place === 0}
            onMove={() => to(place - 1)}
          />
          <MoveButton
            what={`${stage.name} later`}
            icon="angle-right"
            may={may}
            end={place === stages.length - 1}
            onMove={() => to(place + 1)}
          />
        </span>
      </div>
      <ol className="way-waves" aria-label={`Waves of ${stage.name}`}>
        {stage.waves.map((wave, index) => (
          <WaveBox key={wave.name} wave={wave} stage={stage} place={index} arranging={arranging} />
        ))}
      </ol>
      <div className="way-stage-foot">
        <Link to={`${newHref('wave')}?stage=${stage.name}`}>New wave</Link>
        {settled && <SuggestedWaves stage={stage} onSaved={onSaved} />}
      </div>
    </li>
  );
}

function holds(stage: StageOrder, wave: string): boolean {
  return stage.waves.some(({ name }) => name === wave);
}

function Unsaved({ sentences, onReview, onDiscard }: UnsavedProps) {
  return (
    <LiveRegion>
      <Alert
        type="info"
        header="Moved, and not saved"
        action={
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={onDiscard}>Discard</Button>
            <Button variant="primary" onClick={onReview}>
              Review and save
            </Button>
          </SpaceBetween>
        }
      >
        <ul className="refusals">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </Alert>
    </LiveRegion>
  );
}

interface UnsavedProps {
  sentences: string[];
  onReview: () => void;
  onDiscard: () => void;
}

interface Props {
  entities: Entities;
  onSaved: (change: number | null) => void;
}

/** The way to production as it is: stages in order, their waves, and the environments of these, to be moved. */
export function Picture({ entities, onSaved }: Props) {
  const navigate = useNavigate();
  const may = useMay('CONFIGURE');
  const draft = useDraft<Move[]>('order');
  const [reviewing, setReviewing] = useState(false);
  const saved = useMemo(() => stagesOf(entities), [entities]);
  const moves = draft.content ?? NONE;
  const stages = useMemo(() => arranged(saved, moves), [saved, moves]);
  const operations = useMemo(() => reordering(saved, stages), [saved, stages]);
  const fields = useMemo(
    () => new Map(entities.wave.map((wave) => [String(wave['name']), wave])),
    [entities],
  );
  const production = new Set(entities.stage.filter((each) => each['production']).map(({ name }) => name));
  const unsaved = operations.length > 0;
  const move = (next: Move): void => draft.put([...moves, next]);
  const done = (change: number | null): void => {
    setReviewing(false);
    draft.drop();
    onSaved(change);
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="A revision passes the stages from left to right, and the waves of each from top to bottom. Drag, or use the buttons."
          actions={
            <ActionButton permission="CONFIGURE" onClick={() => void navigate(newHref('stage'))}>
              New stage
            </ActionButton>
          }
        >
          The way to production
        </Header>
      }
    >
      <SpaceBetween size="m">
        <ReadOnly may={may} />
        <Leaving unsaved={unsaved && !reviewing} onDiscard={draft.drop} />
        <DraftNotice {...draft} unsaved={unsaved} onDiscard={draft.drop} />
        {unsaved && (
          <Unsaved
            sentences={movedSentences(saved, stages)}
            onReview={() => setReviewing(true)}
            onDiscard={draft.drop}
          />
        )}
        {stages.length === 0 && (
          <Empty
            title="There is no stage yet"
            action={<Button onClick={() => void navigate('/document')}>Apply a file</Button>}
          >
            Register a stage, a wave in it and an environment in that; or apply a file that has them all.
          </Empty>
        )}
        <ol className="way-stages" aria-label="Stages">
          {stages.map((stage, index) => (
            <StageColumn
              key={stage.name}
              stage={stage}
              place={index}
              production={production.has(stage.name)}
              settled={!unsaved}
              arranging={{ stages, may: may === true, move, fields }}
              onSaved={onSaved}
            />
          ))}
        </ol>
        {reviewing && (
          <Review
            title="Save the new order"
            confirm="Save"
            asked={{ operations }}
            onApplied={done}
            onDismiss={() => setReviewing(false)}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}
