import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';

import { RouteLink } from '../parts/RouteLink';
import { searchOf } from '../parts/url';
import { CLOSING, opening } from './choice';
import { knownOf, type Total } from './look';
import { formatted, MEANINGS, type Measure, MEASURES, sampleSentence, trendSentence } from './measures';

interface Props {
  total: Total;
  chosen: Measure;
  /** How many days a point of the series has. */
  days: number;
  parameters: URLSearchParams;
}

function Extras({
  measure,
  total,
  parameters,
}: {
  measure: Measure;
  total: Total;
  parameters: URLSearchParams;
}) {
  const { unknownCount, rollbackCount } = knownOf(total, measure);
  const said = [
    ...(unknownCount > 0
      ? [
          <RouteLink key="unknown" to={searchOf(parameters, opening({ measure, behind: 'unknown' }))}>
            {unknownCount} not known
          </RouteLink>,
        ]
      : []),
    ...(rollbackCount > 0
      ? [
          <span key="rollbacks">
            {rollbackCount === 1 ? '1 of them a rollback' : `${rollbackCount} of them rollbacks`}
          </span>,
        ]
      : []),
  ];
  return <div className="measure-extras">{said.length > 0 ? said : ' '}</div>;
}

function One({ measure, total, chosen, days, parameters }: Props & { measure: Measure }) {
  const { title, unit, words } = MEANINGS[measure];
  const known = knownOf(total, measure);
  const rate = unit === 'SHARE';
  return (
    <div className="measure" data-chosen={measure === chosen}>
      <Box variant="awsui-key-label">
        <RouteLink
          to={searchOf(parameters, { ...CLOSING, measure })}
          ariaLabel={`${title}: see its trend and distribution`}
        >
          {title}
        </RouteLink>
      </Box>
      <Box fontSize="heading-xl" fontWeight="bold">
        <span className="number">{formatted(known.value, unit)}</span>
      </Box>
      <Box variant="small" display="block">
        {words}
      </Box>
      <Box variant="small" display="block">
        {known.sampleSize === 0 ? (
          'nothing was measured'
        ) : (
          <RouteLink to={searchOf(parameters, opening({ measure, behind: rate ? 'sample' : 'deliveries' }))}>
            {sampleSentence(unit, known)}
          </RouteLink>
        )}
        {rate && known.count > 0 && (
          <>
            {' · '}
            <RouteLink to={searchOf(parameters, opening({ measure }))}>open the {known.count}</RouteLink>
          </>
        )}
      </Box>
      <Box variant="small" display="block" color="text-body-secondary">
        {trendSentence(known.series, unit, days)}
      </Box>
      <Extras measure={measure} total={total} parameters={parameters} />
    </div>
  );
}

/** The five measures, each with its unit, of how many it is, and how it moves. Each number opens what is behind it. */
export function Summary({ total, chosen, days, parameters }: Props) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="As dora.dev defines them. Every number opens the deliveries behind it."
        >
          Measures of delivery
        </Header>
      }
    >
      <div className="measures">
        {MEASURES.map((measure) => (
          <One
            key={measure}
            measure={measure}
            total={total}
            chosen={chosen}
            days={days}
            parameters={parameters}
          />
        ))}
      </div>
    </Container>
  );
}
