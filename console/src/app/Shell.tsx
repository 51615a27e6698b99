import AppLayout from '@cloudscape-design/components/app-layout';
import SideNavigation from '@cloudscape-design/components/side-navigation';
import { Suspense, useEffect, useMemo, useState } from 'react';
import { Outlet, useLocation, useNavigate } from 'react-router';

import { useLoginPage, useService, useStanding } from '../graph/service';
import { NoRole } from './NoRole';
import { OpeningContext, useAskedOpening } from './opening';
import { type Equivalent, PageContext } from './page';
import { SignedOut } from './SignedOut';
import { returned } from './returned';
import { SignIn } from './SignIn';
import { TopBar } from './TopBar';
import { VIEWS } from '../routes';

const GROUPS = ['Watch', 'Learn', 'Operate'] as const;

const ITEMS = [
  ...GROUPS.map((group) => ({
    type: 'section' as const,
    text: group,
    items: VIEWS.filter((view) => view.group === group && view.href !== undefined).map((view) => ({
      type: 'link' as const,
      text: view.title,
      href: view.href!,
    })),
  })),
  { type: 'divider' as const },
  { type: 'link' as const, text: 'GraphiQL', href: '/graphiql', external: true },
];

function activeHref(path: string): string {
  const found = VIEWS.filter((view) => view.href !== undefined && view.href !== '/')
    .map((view) => view.href!)
    .find((href) => path === href || path.startsWith(`${href}/`));
  return found ?? '/';
}

/** Who comes back from a sign-in that was not needed, as they are signed in, is led to where they wanted to be. */
function useLedOn(signedIn: boolean): void {
  const { hash } = useLocation();
  useEffect(() => {
    const back = signedIn ? returned(hash) : undefined;
    if (back !== undefined) window.location.replace(back.next ?? '/');
  }, [signedIn, hash]);
}

/** As soon as the service knows again who asks, the page goes on behind the last event that it saw. */
function useGoneOn(signedIn: boolean): void {
  const { live } = useService();
  useEffect(() => {
    if (signedIn) live.tryNow();
  }, [live, signedIn]);
}

/** What surrounds every view: the bar with the state of the connection, the navigation, and the view itself. */
export function Shell() {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [navigationOpen, setNavigationOpen] = useState(() => window.innerWidth > 900);
  const [equivalent, setEquivalent] = useState<Equivalent>();
  const page = useMemo(() => ({ setEquivalent }), []);
  const opening = useAskedOpening();
  const standing = useStanding();
  const loginPage = useLoginPage();
  const refused = standing.kind === 'out' || standing.kind === 'nobody';
  useLedOn(standing.kind === 'in');
  useGoneOn(standing.kind === 'in');
  if (refused && !standing.before) {
    return standing.kind === 'out' ? <SignIn page={loginPage} /> : <NoRole {...standing} />;
  }
  return (
    <OpeningContext value={opening}>
      <PageContext value={page}>
        {refused && <SignedOut standing={standing} page={loginPage} />}
        <div id="top">
          <TopBar equivalent={equivalent} />
        </div>
        <AppLayout
          headerSelector="#top"
          toolsHide
          navigationOpen={navigationOpen}
          onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
          ariaLabels={{
            navigation: 'Views',
            navigationClose: 'Close the navigation',
            navigationToggle: 'Open the navigation',
          }}
          navigation={
            <SideNavigation
              activeHref={activeHref(pathname)}
              items={ITEMS}
              onFollow={(event) => {
                if (event.detail.external === true) return;
                event.preventDefault();
                void navigate(event.detail.href);
              }}
            />
          }
          maxContentWidth={Number.MAX_VALUE}
          content={
            <Suspense fallback={<div className="view-loading" aria-busy="true" />}>
              <Outlet />
            </Suspense>
          }
        />
      </PageContext>
    </OpeningContext>
  );
}
