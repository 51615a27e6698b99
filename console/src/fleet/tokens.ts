import {
  colorBackgroundContainerContent,
  colorBackgroundContainerHeader,
  colorBackgroundLayoutMain,
  colorBorderDividerDefault,
  colorBorderItemFocused,
  colorTextBodyDefault,
  colorTextBodySecondary,
  colorTextLinkDefault,
  colorTextStatusError,
  colorTextStatusInactive,
  colorTextStatusInfo,
  colorTextStatusSuccess,
  colorTextStatusWarning,
  fontFamilyBase,
} from '@cloudscape-design/design-tokens';
import type { CSSProperties } from 'react';

/** Cloudscape's colours and font under names that fleet.css knows, so that both modes follow. */
export const TOKENS = {
  '--fleet-ground': colorBackgroundContainerContent,
  '--fleet-head': colorBackgroundContainerHeader,
  '--fleet-page': colorBackgroundLayoutMain,
  '--fleet-line': colorBorderDividerDefault,
  '--fleet-focus': colorBorderItemFocused,
  '--fleet-text': colorTextBodyDefault,
  '--fleet-quiet': colorTextBodySecondary,
  '--fleet-link': colorTextLinkDefault,
  '--fleet-failing': colorTextStatusError,
  '--fleet-stopped': colorTextStatusInactive,
  '--fleet-deploying': colorTextStatusInfo,
  '--fleet-resting': colorTextStatusSuccess,
  '--fleet-waiting': colorTextStatusWarning,
  '--fleet-font': fontFamilyBase,
} as CSSProperties;
