import Button from '@cloudscape-design/components/button';
import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';
import * as tokens from '@cloudscape-design/design-tokens';
import { useState } from 'react';
import { Link } from 'react-router';

import mark from '../art/mark.svg';
import { Elsewhere } from './Elsewhere';
import { Keys } from './Keys';
import { LinkIndicator } from './LinkIndicator';
import { useOpening } from './opening';
import type { Equivalent } from './page';
import { Palette } from './Palette';
import { type Theme, useTheme } from './theme';
import { useNews } from './useNews';
import { Who } from './Who';

const THEMES: { id: Theme; text: string }[] = [
  { id: 'system', text: 'As the system' },
  { id: 'light', text: 'Light' },
  { id: 'dark', text: 'Dark' },
];

const COLOURS = { background: tokens.colorBackgroundContainerContent, color: tokens.colorTextBodyDefault };

function Settings() {
  const [theme, setTheme] = useTheme();
  const news = useNews();
  const items: ButtonDropdownProps.Items = [
    {
      text: 'Theme',
      items: THEMES.map(({ id, text }) => ({ id, text, itemType: 'checkbox', checked: id === theme })),
    },
    {
      text: 'News',
      items: [
        {
          id: 'news',
          text: 'Tell me in this browser',
          secondaryText: 'Broken and waiting pipelines, rollbacks',
          itemType: 'checkbox',
          checked: news.on,
          disabled: !news.possible,
        },
      ],
    },
  ];
  return (
    <ButtonDropdown
      variant="icon"
      ariaLabel="Settings"
      items={items}
      onItemClick={({ detail }) => {
        if (detail.id === 'news') void news.toggle();
        else setTheme(detail.id as Theme);
      }}
    />
  );
}

/** The bar above every view. */
export function TopBar({ equivalent }: { equivalent: Equivalent | undefined }) {
  const [elsewhere, setElsewhere] = useState(false);
  const rehearsal = useOpening()?.clock.rehearsal ?? false;
  return (
    <header className="topbar" style={COLOURS}>
      <Link to="/" className="brand">
        <img src={mark} alt="" width="28" height="28" />
        <span className="brand-name">Interlock</span>
      </Link>
      {rehearsal && (
        <span className="rehearsal" title="Its clock is not the world's: what is shown is a rehearsal">
          Rehearsal
        </span>
      )}
      <span className="grow" />
      <Palette />
      <LinkIndicator />
      <Button
        variant="icon"
        iconName="script"
        ariaLabel="The same in a terminal or in GraphQL"
        disabled={equivalent === undefined}
        onClick={() => setElsewhere(true)}
      />
      <span className="for-keyboards">
        <Keys />
      </span>
      <Settings />
      <Who />
      {elsewhere && equivalent !== undefined && (
        <Elsewhere equivalent={equivalent} onDismiss={() => setElsewhere(false)} />
      )}
    </header>
  );
}
