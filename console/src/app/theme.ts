import * as tokens from '@cloudscape-design/design-tokens';
import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { useCallback, useEffect, useState } from 'react';

import { readStored, store } from '../parts/storage';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'interlock.theme';
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];
const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');

function kept(): Theme {
  const value = readStored(KEY);
  return THEMES.find((theme) => theme === value) ?? 'system';
}

function apply(theme: Theme): void {
  const dark = theme === 'dark' || (theme === 'system' && prefersDark.matches);
  applyMode(dark ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
}

apply(kept()); // before the first paint
document.body.style.setProperty('--link', tokens.colorTextLinkDefault); // links of the router are not Cloudscape's

/** The theme and how to change it; `system` follows the system while the page is open. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(kept);
  useEffect(() => {
    apply(theme);
    const follow = (): void => apply(theme);
    prefersDark.addEventListener('change', follow);
    return () => prefersDark.removeEventListener('change', follow);
  }, [theme]);
  const choose = useCallback((next: Theme) => {
    store(KEY, next);
    setTheme(next);
  }, []);
  return [theme, choose];
}
