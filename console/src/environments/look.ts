import {
  colorBackgroundStatusError,
  colorBackgroundStatusInfo,
  colorBackgroundStatusSuccess,
  colorBackgroundStatusWarning,
  colorBorderDividerDefault,
  colorTextStatusError,
  colorTextStatusInactive,
  colorTextStatusInfo,
  colorTextStatusSuccess,
  colorTextStatusWarning,
} from '@cloudscape-design/design-tokens';

import type { StandingState } from './standing';

interface Look {
  /** Line and sign. */
  line: string;
  fill: string;
  /** Tells the state without colour. */
  sign: string;
}

/** How each state looks on the map: a colour and a sign, in both modes. */
export const LOOKS: Readonly<Record<StandingState, Look>> = {
  FAILED: { line: colorTextStatusError, fill: colorBackgroundStatusError, sign: '✕' },
  DEPLOYING: { line: colorTextStatusInfo, fill: colorBackgroundStatusInfo, sign: '↻' },
  STOPPED: { line: colorTextStatusWarning, fill: colorBackgroundStatusWarning, sign: '■' },
  SUCCEEDED: { line: colorTextStatusSuccess, fill: colorBackgroundStatusSuccess, sign: '✓' },
  PENDING: { line: colorTextStatusInactive, fill: colorBorderDividerDefault, sign: '…' },
  NONE: { line: colorTextStatusInactive, fill: colorBorderDividerDefault, sign: '–' },
};
