/** The report of a run, read again when the run has something new. */
import { useEffect, useRef } from 'preact/hooks';
import type { Report } from '../../../../src/report/blocks.js';
import { useAnswer } from '../../../shared/api.js';
import { SectionView } from '../../../shared/blocks.js';
import { Waiting } from '../../../shared/parts.js';

/** The page shows these by itself, live. */
const SHOWN_ALREADY = ['Training', 'Warnings'];

export function ReportSections({ name, stamp }: { name: string; stamp: string }) {
  const { loaded, again } = useAnswer<Report>(`v1/runs/${encodeURIComponent(name)}/report`);
  const seen = useRef(stamp);
  useEffect(() => {
    if (seen.current !== stamp) again();
    seen.current = stamp;
  }, [stamp]);
  return (
    <Waiting loaded={loaded} again={again}>
      {({ sections }) =>
        sections
          .filter(({ title }) => !SHOWN_ALREADY.includes(title))
          .map((section) => <SectionView key={section.title} section={section} />)
      }
    </Waiting>
  );
}
