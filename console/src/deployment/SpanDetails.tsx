import Alert from '@cloudscape-design/components/alert';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { Moment } from '../parts/Moment';
import { linkOfAction, linkOfUrl } from './aws';
import { AwsPlace } from './AwsPlace';
import { Id } from './Id';
import { offset } from './waterfall/scale';
import { STATE_WORDS, textOf } from './waterfall/spans';
import type { Spanned } from './waterfall/tree';

function linkOf({ attributes }: Spanned, pipelineAccount: string) {
  const url =
    textOf(attributes, 'cicd.pipeline.task.run.url.full') ?? textOf(attributes, 'cicd.pipeline.run.url.full');
  const provider = textOf(attributes, 'interlock.action.provider');
  if (provider === undefined) return linkOfUrl(url, 'In AWS', { accountId: pipelineAccount });
  const acted = {
    provider,
    regionName: textOf(attributes, 'cloud.region'),
    externalId: textOf(attributes, 'interlock.action.external_id'),
    externalUrl: url,
  };
  return linkOfAction(acted, textOf(attributes, 'cloud.account.id') ?? pipelineAccount);
}

interface Props {
  span: Spanned;
  traceId: string;
  zone: string;
  now: number;
  pipelineAccount: string;
}

/** All that is known of the span that was chosen. */
export function SpanDetails({ span, traceId, zone, now, pipelineAccount }: Props) {
  const { attributes, message, state, from, to } = span;
  return (
    <section aria-label={`Span ${span.name}`}>
      <SpaceBetween size="s">
        <Header variant="h3">{span.name}</Header>
        {message !== undefined && (
          <Alert type={state === 'failed' ? 'error' : 'warning'}>
            <span className="copyable-id">{message}</span>
          </Alert>
        )}
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Outcome', value: STATE_WORDS[state].join(' ') },
            { label: 'Began', value: <Moment at={new Date(from).toISOString()} zone={zone} exact /> },
            {
              label: 'Ended',
              value:
                to === undefined ? (
                  'It goes on'
                ) : (
                  <Moment at={new Date(to).toISOString()} zone={zone} exact />
                ),
            },
            { label: 'How long', value: offset((to ?? now) - from) },
            { label: 'Trace id', value: <Id of={traceId} what="trace id" /> },
            { label: 'Span id', value: <Id of={span.id} what="span id" /> },
            { label: 'In AWS', value: <AwsPlace link={linkOf(span, pipelineAccount)} /> },
          ]}
        />
        <ExpandableSection headerText="Attributes, as a collector gets them">
          <pre className="log-tail">{JSON.stringify(attributes, null, 2)}</pre>
        </ExpandableSection>
      </SpaceBetween>
    </section>
  );
}
