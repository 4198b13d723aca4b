/** The report of a run, read again when the run has something new. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Report, Section } from '../../../../src/report/blocks.js';
import { useAnswer } from '../../../shared/api.js';
import { SectionView } from '../../../shared/blocks.js';
import { Waiting } from '../../../shared/parts.js';

/** The page shows these by itself, live. */
const SHOWN_ALREADY = ['Training', 'Warnings'];

/** `children` are what the page shows live: before the report while the run goes on, behind its results when it has ended. */
export function ReportSections({
  name,
  stamp,
  ended,
  children,
}: {
  name: string;
  stamp: string;
  ended: boolean;
  children: ComponentChildren;
}) {
  const { loaded, again } = useAnswer<Report>(`v1/runs/${encodeURIComponent(name)}/report`);
  const seen = useRef(stamp);
  useEffect(() => {
    if (seen.current !== stamp) again();
    seen.current = stamp;
  }, [stamp]);
  const sections = loaded.state === 'there' ? loaded.value.sections : [];
  const shown = sections.filter(({ title }) => !SHOWN_ALREADY.includes(title));
  const first = ended ? 1 : 0;
  return (
    <>
      {shown.slice(0, first).map(viewOf)}
      {children}
      <Waiting loaded={loaded} again={again}>
        {() => shown.slice(first).map(viewOf)}
      </Waiting>
    </>
  );
}

const viewOf = (section: Section) => <SectionView key={section.title} section={section} />;
