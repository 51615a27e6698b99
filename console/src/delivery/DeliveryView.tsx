import './delivery.css';

import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { print } from 'graphql';

import { queryCommand } from '../app/terminal';
import { ViewHeader } from '../app/ViewHeader';
import { TAB_WORDS } from '../parts/tabWords';
import { oneOf, useUrl } from '../parts/url';
import { Builds } from './Builds';
import { type Choice, choiceOf, filterOf, intervalOf, TABS, windowOf } from './choice';
import { MeasuresDocument } from './DeliveryView.generated';
import { Measures } from './Measures';
import { Safety } from './Safety';
import { Standings } from './Standings';
import { useServiceTime } from './window';

const COMMANDS: Record<Choice['tab'], string> = {
  measures: queryCommand(
    '{ dora { total { changeLeadTime { value } deploymentFrequency { value } changeFailRate { value } ' +
      'failedDeploymentRecoveryTime { value } deploymentReworkRate { value } } } }',
  ),
  builds: 'interlock executions',
  checks: queryCommand(
    '{ checkStatistics { check { name } statistics { runs failed flakeRate medianSeconds } } }',
  ),
  safety: 'interlock safety',
};

/** How fast and how safely revisions reach production, and what stands in their way. */
export default function DeliveryView() {
  const [parameters, change] = useUrl();
  const now = useServiceTime();
  const choice = choiceOf(parameters);
  const window = now === undefined ? undefined : windowOf(choice, now);
  const asking = <div className="view-loading" aria-busy="true" />;
  return (
    <SpaceBetween size="l">
      <ViewHeader
        title="Delivery"
        description="How fast and how safely revisions reach production, and what stands in their way."
        equivalent={
          window === undefined
            ? undefined
            : {
                command: COMMANDS[choice.tab],
                document: print(MeasuresDocument),
                variables: { ...window, filter: filterOf(choice), by: intervalOf(choice, window, now!) },
              }
        }
      />
      <Tabs
        activeTabId={choice.tab}
        i18nStrings={TAB_WORDS}
        ariaLabel="What is measured"
        onChange={({ detail }) => {
          const tab = oneOf(detail.activeTabId, TABS);
          change({ tab: tab === 'measures' ? undefined : tab });
        }}
        tabs={[
          {
            id: 'measures',
            label: 'Measures',
            content:
              now === undefined ? (
                asking
              ) : (
                <Measures choice={choice} now={now} parameters={parameters} change={change} />
              ),
          },
          {
            id: 'builds',
            label: 'Builds',
            content: now === undefined ? asking : <Builds choice={choice} now={now} change={change} />,
          },
          {
            id: 'checks',
            label: 'Checks',
            content: <Standings choice={choice} parameters={parameters} change={change} />,
          },
          {
            id: 'safety',
            label: 'Safety scores',
            content: <Safety choice={choice} parameters={parameters} />,
          },
        ]}
      />
    </SpaceBetween>
  );
}
