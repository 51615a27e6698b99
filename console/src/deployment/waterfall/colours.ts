import {
  colorBackgroundContainerContent,
  colorBackgroundItemSelected,
  colorBorderDividerDefault,
  colorBorderItemFocused,
  colorChartsLineGrid,
  colorTextBodyDefault,
  colorTextBodySecondary,
  colorTextStatusError,
  colorTextStatusInactive,
  colorTextStatusInfo,
  colorTextStatusSuccess,
  colorTextStatusWarning,
} from '@cloudscape-design/design-tokens';
import type { CSSProperties } from 'react';

/** The design's colours under the names that the stylesheet uses: both modes follow. */
export const COLOURS = {
  '--w-page': colorBackgroundContainerContent,
  '--w-chosen': colorBackgroundItemSelected,
  '--w-line': colorBorderDividerDefault,
  '--w-focus': colorBorderItemFocused,
  '--w-grid': colorChartsLineGrid,
  '--w-text': colorTextBodyDefault,
  '--w-faint': colorTextBodySecondary,
  '--w-failed': colorTextStatusError,
  '--w-cancelled': colorTextStatusInactive,
  '--w-running': colorTextStatusInfo,
  '--w-succeeded': colorTextStatusSuccess,
  '--w-warned': colorTextStatusWarning,
  '--w-waiting': colorTextStatusInactive,
} as CSSProperties;
