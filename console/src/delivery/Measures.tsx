import SpaceBetween from '@cloudscape-design/components/space-between';

import { useLive } from '../graph/useLive';
import { Trouble } from '../parts/Trouble';
import type { UrlChanges } from '../parts/url';
import { Apart } from './Apart';
import { Behind } from './Behind';
import { type Choice, filterOf, intervalOf, openedOf, windowOf } from './choice';
import { MeasuresDocument } from './DeliveryView.generated';
import { Detail } from './Detail';
import { Filters } from './Filters';
import { Summary } from './Summary';
import { touchesMeasures, useKept } from './window';

interface Props {
  choice: Choice;
  now: number;
  parameters: URLSearchParams;
  change: (changes: UrlChanges) => void;
}

function namesOf(nodes: readonly { name: string }[] | undefined): string[] {
  return nodes?.map(({ name }) => name) ?? [];
}

/** DORA's measures: five numbers, one of them in detail, told apart, and what is behind them. */
export function Measures({ choice, now, parameters, change }: Props) {
  const window = windowOf(choice, now);
  const interval = intervalOf(choice, window, now);
  const { data, problem, refresh } = useLive(
    MeasuresDocument,
    { ...window, filter: filterOf(choice), by: interval },
    { touches: touchesMeasures },
  );
  const kept = useKept(data);
  const opened = openedOf(parameters);
  return (
    <SpaceBetween size="l">
      <Filters
        choice={choice}
        change={change}
        services={namesOf(kept?.services.nodes)}
        teams={namesOf(kept?.teams.nodes)}
        stages={namesOf(kept?.stages.nodes)}
      />
      <Trouble problem={problem} onRetry={refresh} />
      {kept === undefined ? (
        <div className="view-loading" aria-busy="true" />
      ) : (
        <SpaceBetween size="l">
          <Summary
            total={kept.dora.total}
            chosen={choice.measure}
            days={interval === 'WEEK' ? 7 : 1}
            parameters={parameters}
          />
          {opened && <Behind opened={opened} choice={choice} window={window} change={change} />}
          <Detail
            total={kept.dora.total}
            measure={choice.measure}
            interval={interval}
            parameters={parameters}
            change={change}
          />
          <Apart choice={choice} window={window} parameters={parameters} change={change} />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
