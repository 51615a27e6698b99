import {
  colorBorderDividerDefault,
  colorTextBodySecondary,
  colorTextStatusError,
  colorTextStatusSuccess,
  colorTextStatusWarning,
} from '@cloudscape-design/design-tokens';
import type { CSSProperties } from 'react';

/** The design's colours under the names that the stylesheet uses. */
export const COLOURS = {
  '--check-passed': colorTextStatusSuccess,
  '--check-failed': colorTextStatusError,
  '--check-unsure': colorTextStatusWarning,
  '--check-line': colorBorderDividerDefault,
  '--check-faint': colorTextBodySecondary,
} as CSSProperties;
