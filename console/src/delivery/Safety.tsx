import Header from '@cloudscape-design/components/header';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { RouteLink } from '../parts/RouteLink';
import { Trouble } from '../parts/Trouble';
import { searchOf } from '../parts/url';
import type { Choice } from './choice';
import { percentOf, type ServiceScore, touchesSafety } from './safety';
import { ScoresDocument } from './Safety.generated';
import { Score } from './Score';
import { Waivers } from './Waivers';

function columns(parameters: URLSearchParams): TableProps.ColumnDefinition<ServiceScore>[] {
  return [
    {
      id: 'service',
      header: 'Service',
      isRowHeader: true,
      minWidth: 140,
      cell: ({ service }) => (
        <RouteLink to={searchOf(parameters, { score: service })} ariaLabel={`The rules of ${service}`}>
          {service}
        </RouteLink>
      ),
    },
    {
      id: 'score',
      header: 'Score',
      minWidth: 200,
      cell: ({ service, safety }) => (
        <ProgressBar
          value={percentOf(safety)}
          ariaLabel={`Safety score of ${service}`}
          additionalInfo={`${safety.score} of ${safety.of} points`}
        />
      ),
    },
    { id: 'missing', header: 'Missing', cell: ({ safety: { of, score, waived } }) => of - score - waived },
    { id: 'waived', header: 'Waived', cell: ({ safety }) => safety.waived },
  ];
}

/** How safely each service reaches production, the worst first; one of them rule by rule. */
export function Safety({ choice, parameters }: { choice: Choice; parameters: URLSearchParams }) {
  const { data, problem, loading, refresh } = useLive(
    ScoresDocument,
    { team: choice.team },
    { touches: touchesSafety },
  );
  const service = parameters.get('score');
  return (
    <SpaceBetween size="l">
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        items={data?.safety ?? []}
        trackBy="service"
        columnDefinitions={columns(parameters)}
        loading={loading}
        loadingText="Asking for the scores"
        ariaLabels={{ tableLabel: 'Safety scores' }}
        header={
          <Header
            variant="h2"
            counter={data ? `(${data.safety.length})` : ''}
            description="Each pipeline audited against the Builders' Library. Choose a service to see its rules."
          >
            Safety scores
          </Header>
        }
        empty={
          <Empty title="There is no service yet">
            A service is what a repository deploys. Its score follows from its plan, and from what its
            pipeline registers.
          </Empty>
        }
      />
      {service !== null && <Score service={service} />}
      <Waivers />
    </SpaceBetween>
  );
}
