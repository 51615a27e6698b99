import type { ChangeImpactQuery } from './preview.generated';

export type Impact = ChangeImpactQuery['previewChange'];
export type PipelineImpact = Impact['pipelines'][number];
export type ConfiguringError = Impact['errors'][number];

/** A time to the last Region, as people say it: `2 d 5 h`, `never`. */
export function minutesSaid(minutes: number | null): string {
  if (minutes === null) return 'never';
  if (minutes === 0) return 'no plan';
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = [
    [days, 'd'],
    [hours, 'h'],
    [rest, 'min'],
  ].filter(([count]) => count !== 0);
  return parts
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** How the time to the last Region changes: `29 h → 40 h`, or that it stays. */
export function timeSaid({ minutesBefore, minutesAfter }: PipelineImpact): string {
  if (minutesBefore === minutesAfter) return `${minutesSaid(minutesAfter)}, as before`;
  return `${minutesSaid(minutesBefore)} → ${minutesSaid(minutesAfter)}`;
}

/** What becomes of a pipeline's environments and settings, a sentence each. */
export function sentencesOf(impact: PipelineImpact): string[] {
  const { added, removed, moved, settings } = impact;
  return [
    ...(added.length > 0 ? [`Gains ${added.join(', ')}.`] : []),
    ...(removed.length > 0 ? [`Loses ${removed.join(', ')}: what runs there stays as it is.`] : []),
    ...moved.map(({ environment, before, after }) => `${environment} moves from ${before} to ${after}.`),
    ...(settings.length > 0 ? [`Other settings: ${settings.join(', ')}.`] : []),
  ];
}

/** What a pipeline loses or is beyond: what nobody should miss. */
export function dangersOf(impact: PipelineImpact): string[] {
  return [
    ...(impact.losesNativeRollback
      ? ['CodePipeline can roll no stage back to before this, until an execution has passed.']
      : []),
    ...impact.exceeds.map(
      ({ limit, count, most, remedy }) =>
        `Beyond a limit: ${limit} is ${count}, ${most} are the most. ${remedy}`,
    ),
    ...(impact.pipelines > 1 ? [`It would take ${impact.pipelines} pipelines.`] : []),
  ];
}

/** Whether the change does anything at all. */
export function doesNothing({ entries, errors }: Impact): boolean {
  return entries.length === 0 && errors.length === 0;
}

function many(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

/** The first words about a change: how much of it there is. */
export function summaryOf({ entries, pipelines }: Impact): string {
  const touched = pipelines.length === 0 ? 'no pipeline' : many(pipelines.length, 'pipeline', 'pipelines');
  return `${many(entries.length, 'entity differs', 'entities differ')}; ${touched} would have another plan.`;
}
