/** The memory of the board with the project in it. */
import { isBurnPart, type FlashProject, type ProjectPart } from '../../core/provisioning/index.ts';
import { segmentsOf } from '../../core/provisioning/index.ts';
import { formatCount } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useFlashProject } from '../../state/use-flash-project.ts';
import { Section } from '../../ui/kit/page.tsx';
import { MemoryMap, type MapBlock, type MapStrip } from '../../ui/memory-map/memory-map.tsx';
import { letterOf, tagTones } from '../../ui/memory-map/tag.tsx';
import { placeWords } from './flash-words.ts';

export function MapSection() {
  const project = useFlashProject((state) => state.project);
  if (project === undefined) return null;
  const parts = project.parts
    .map((part, index) => m.flash_map_part({ letter: letterOf(index), name: part.name }))
    .join(', ');
  return (
    <Section title={m.flash_map()} description={m.flash_map_text()}>
      <MemoryMap
        strips={stripsOf(project)}
        words={{
          picture: parts === '' ? m.flash_map_empty() : m.flash_map_of({ parts }),
          asTable: m.flash_map_table(),
          columns: {
            range: m.flash_column_range(),
            place: m.flash_column_place(),
            content: m.flash_column_content(),
            detail: m.flash_column_detail(),
          },
        }}
      />
    </Section>
  );
}

function stripsOf(project: FlashProject): readonly MapStrip[] {
  const { geometry, places } = project;
  const { baseAddress, bankBytes, sizeBytes, sectorBytes } = geometry;
  const banks = Array.from({ length: sizeBytes / bankBytes }, (_, index): MapStrip => {
    const address = baseAddress + index * bankBytes;
    const inside = (at: number): boolean => at >= address && at < address + bankBytes;
    return {
      id: `bank-${index}`,
      name: m.flash_bank({
        bank: index + 1,
        sectors: formatCount(bankBytes / sectorBytes),
        size: `${sectorBytes / 1024} KiB`,
      }),
      address,
      sizeBytes: bankBytes,
      unitBytes: sectorBytes,
      places: places
        .filter((place) => place.name !== 'otp' && inside(place.address))
        .map(({ name, address: at, sizeBytes: size }) => ({
          id: name,
          name: placeWords(name),
          address: at,
          sizeBytes: Math.min(size, address + bankBytes - at),
        })),
      contents: project.parts.flatMap((part, index) =>
        blocksOf(part, index, project).filter((block) => inside(block.address)),
      ),
    };
  });
  const otp = places.find(({ name }) => name === 'otp');
  if (otp === undefined) return banks;
  const burn = project.parts.findIndex(isBurnPart);
  const part = project.parts[burn];
  return [
    ...banks,
    {
      id: 'otp',
      name: m.flash_otp_strip(),
      address: otp.address,
      sizeBytes: otp.sizeBytes,
      places: [{ ...otp, id: 'otp', name: placeWords('otp') }],
      contents:
        part === undefined
          ? []
          : [
              {
                id: part.id,
                name: part.name,
                address: otp.address,
                sizeBytes: otp.sizeBytes,
                letter: letterOf(burn),
                permanent: true,
                detail: m.flash_for_ever(),
              },
            ],
    },
  ];
}

function blocksOf(part: ProjectPart, index: number, project: FlashProject): readonly MapBlock[] {
  if (isBurnPart(part)) return [];
  const sectors = project.sectors.get(part.id)?.length ?? 0;
  return segmentsOf(part).map(({ address, bytes }, run) => ({
    id: `${part.id}-${run}`,
    name: part.name,
    address,
    sizeBytes: bytes.length,
    letter: letterOf(index),
    tone: index % tagTones,
    detail: m.flash_sectors({ sectors: formatCount(sectors) }),
  }));
}
