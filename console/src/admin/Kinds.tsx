import Box from '@cloudscape-design/components/box';
import Cards, { type CardsProps } from '@cloudscape-design/components/cards';
import { Link } from 'react-router';

import type { Entities } from './entities';
import { type KindInfo, KINDS } from './kinds';

const SECTIONS = [
  {
    id: 'purpose',
    content: ({ purpose }: KindInfo) => <Box color="text-body-secondary">{purpose}</Box>,
  },
];

function KindHeader({ info, count }: { info: KindInfo; count: number | undefined }) {
  return (
    <span className="kind-header">
      <Link to={`/admin/${info.kind}`}>{info.many}</Link>
      {info.life !== 'single' && <span className="count">{count ?? '–'}</span>}
    </span>
  );
}

function definition(entities: Entities | undefined): CardsProps.CardDefinition<KindInfo> {
  return {
    header: (info) => <KindHeader info={info} count={entities?.[info.kind].length} />,
    sections: SECTIONS,
  };
}

/** Every kind of thing that can be configured: how many there are, and what it is for. */
export function Kinds({ entities }: { entities: Entities | undefined }) {
  return (
    <Cards<KindInfo>
      items={[...KINDS]}
      trackBy="kind"
      ariaLabels={{ itemSelectionLabel: () => '', selectionGroupLabel: 'Kinds' }}
      cardsPerRow={[
        { cards: 1 },
        { minWidth: 560, cards: 2 },
        { minWidth: 900, cards: 3 },
        { minWidth: 1500, cards: 5 },
      ]}
      cardDefinition={definition(entities)}
    />
  );
}
