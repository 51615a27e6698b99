import type { ComponentType } from 'react';

export interface View {
  /** The pattern of its address. */
  path: string;
  /** Where the navigation leads; none for a view of a single thing. */
  href?: string;
  title: string;
  group: 'Watch' | 'Learn' | 'Operate';
  /** Other words under which the command palette finds it. */
  words?: string;
  /** Fetches it, once. */
  load: () => Promise<{ default: ComponentType }>;
}

/** Every view, in the order of the navigation. The navigation, the palette and the router all follow from this. */
export const VIEWS: readonly View[] = [
  {
    path: '/',
    href: '/',
    title: 'Fleet',
    group: 'Watch',
    words: 'matrix services environments status home',
    load: () => import('./fleet/FleetView'),
  },
  {
    path: '/pipelines',
    href: '/pipelines',
    title: 'Pipelines',
    group: 'Watch',
    words: 'executions waiting why',
    load: () => import('./pipeline/PipelinesView'),
  },
  {
    path: '/pipelines/:service',
    title: 'Pipeline',
    group: 'Watch',
    load: () => import('./pipeline/PipelineView'),
  },
  {
    path: '/deployments/:id',
    title: 'Deployment',
    group: 'Watch',
    load: () => import('./deployment/DeploymentView'),
  },
  {
    path: '/commits',
    href: '/commits',
    title: 'Where is my commit',
    group: 'Watch',
    words: 'revision tag pull request search',
    load: () => import('./commits/CommitsView'),
  },
  {
    path: '/environments',
    href: '/environments',
    title: 'Environments',
    group: 'Watch',
    words: 'map accounts regions test',
    load: () => import('./environments/EnvironmentsView'),
  },
  {
    path: '/environments/:name',
    title: 'Environment',
    group: 'Watch',
    load: () => import('./environments/EnvironmentView'),
  },
  {
    path: '/checks',
    href: '/checks',
    title: 'Checks',
    group: 'Learn',
    words: 'tests flaky slow shadow',
    load: () => import('./checks/ChecksView'),
  },
  { path: '/checks/:name', title: 'Check', group: 'Learn', load: () => import('./checks/CheckView') },
  {
    path: '/delivery',
    href: '/delivery',
    title: 'Delivery',
    group: 'Learn',
    words: 'dora metrics lead time safety score broken',
    load: () => import('./delivery/DeliveryView'),
  },
  {
    path: '/admin',
    href: '/admin',
    title: 'Configuration',
    group: 'Operate',
    words: 'admin accounts stages waves services windows freezes policies teams',
    load: () => import('./admin/AdminView'),
  },
  {
    path: '/admin/:kind/:name?',
    title: 'Configuration',
    group: 'Operate',
    load: () => import('./admin/EntityView'),
  },
  {
    path: '/changes',
    href: '/changes',
    title: 'Changes',
    group: 'Operate',
    words: 'audit history revert',
    load: () => import('./admin/ChangesView'),
  },
  {
    path: '/document',
    href: '/document',
    title: 'Import and export',
    group: 'Operate',
    words: 'yaml organisation apply',
    load: () => import('./admin/DocumentView'),
  },
];
