import BarChart from '@cloudscape-design/components/bar-chart';
import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';

import { RouteLink } from '../parts/RouteLink';

export interface Bar {
  name: string;
  value: number | null;
  /** The value in words; what has no data says so. */
  said: string;
  /** What opens the deliveries behind it; none where there are none. */
  to?: string | undefined;
  detail?: string;
}

interface Props {
  /** The chart's accessible name. */
  title: string;
  xTitle: string;
  yTitle: string;
  bars: readonly Bar[];
  format: (value: number) => string;
}

function linkBehind(bar: Bar | undefined): ReactNode {
  return bar?.to && <RouteLink to={bar.to}>Open what is behind it</RouteLink>;
}

function columns(xTitle: string, yTitle: string): TableProps.ColumnDefinition<Bar>[] {
  return [
    { id: 'name', header: xTitle, isRowHeader: true, cell: ({ name }) => name },
    {
      id: 'value',
      header: yTitle,
      cell: ({ said, to }) => (to ? <RouteLink to={to}>{said}</RouteLink> : said),
    },
    { id: 'detail', header: 'Of', cell: ({ detail }) => detail ?? '–' },
  ];
}

/** Bars, and the same as a table: each opens what is behind it, and no data is no bar and not zero. */
export function Bars({ title, xTitle, yTitle, bars, format }: Props) {
  const said = new Map(bars.map((bar) => [bar.name, bar]));
  return (
    <div>
      <BarChart
        ariaLabel={title}
        ariaDescription="The table below says the same."
        height={220}
        hideFilter
        hideLegend
        xScaleType="categorical"
        xTitle={xTitle}
        yTitle={yTitle}
        series={[
          {
            type: 'bar',
            title: yTitle,
            valueFormatter: format,
            data: bars.map(({ name, value }) => ({ x: name, y: value ?? 0 })),
          },
        ]}
        i18nStrings={{ yTickFormatter: format, chartAriaRoleDescription: 'bar chart' }}
        detailPopoverSeriesContent={({ x, series }) => ({
          key: series.title,
          value: said.get(String(x))?.said,
        })}
        detailPopoverFooter={(x) => linkBehind(said.get(String(x)))}
        empty={<Box color="text-body-secondary">No data</Box>}
      />
      <ExpandableSection headerText={`${title}, as a table`} variant="footer">
        <Table
          variant="embedded"
          items={bars}
          trackBy="name"
          ariaLabels={{ tableLabel: title }}
          columnDefinitions={columns(xTitle, yTitle)}
        />
      </ExpandableSection>
    </div>
  );
}
