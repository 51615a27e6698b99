import Box from '@cloudscape-design/components/box';
import type { ReactNode } from 'react';

/** A part of a panel, with its heading. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="panel-section">
      <Box variant="h3">{title}</Box>
      {children}
    </section>
  );
}
