"""What a service knows, in sidecars: ExifTool reads it; existing ones keep their bytes; undo takes it out."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from photosync.metadata import ItemFacts, facts_sidecar, fixer_part, joined, merge_sidecar
from photosync.metadata.splice import spliced
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, parse_packet
from photosync.metadata.xmp.sidecar import sidecar
from tests.metadata.making import TAKEN

FACTS = ItemFacts(
    title="IMG_0042.JPG",
    description="Two lines\nwith <b> & 'quotes'",
    people=("Anna", "Ben / Bob"),
    keywords=("beach", "a|b"),
    is_favorite=True,
)
FIELDS = {
    "XMP-dc:Title": "IMG_0042.JPG",
    "XMP-dc:Description": "Two lines\nwith <b> & 'quotes'",
    "XMP-dc:Subject": ["beach", "a|b", "Anna", "Ben / Bob"],
    "XMP-iptcExt:PersonInImage": ["Anna", "Ben / Bob"],
    "XMP-digiKam:TagsList": ["beach", "a|b", "People/Anna", "People/Ben | Bob"],
    "XMP-lr:HierarchicalSubject": ["beach", "a/b", "People|Anna", "People|Ben / Bob"],
    "XMP-xmp:Rating": 5,
}
"""As ExifTool names them."""

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
DIGIKAM = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF {RDF}>
  <rdf:Description rdf:about=""
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
   digiKam:PickLabel="0"
   xmp:Rating="3">
   <digiKam:TagsList>
    <rdf:Seq>
     <rdf:li>beach</rdf:li>
     <rdf:li>People/Zoe</rdf:li>
    </rdf:Seq>
   </digiKam:TagsList>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>beach</rdf:li>
     <rdf:li>Zoe</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <dc:description>
    <rdf:Alt>
     <rdf:li xml:lang="x-default">Mine</rdf:li>
    </rdf:Alt>
   </dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()
LIGHTROOM = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000">
 <rdf:RDF {RDF}>
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
   xmp:Rating="3">
   <dc:subject>
    <rdf:Bag>
     <rdf:li>beach</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>Places|beach</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default"/></rdf:Alt></dc:title>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>""".encode()


def exiftool_says(path: Path) -> dict[str, object]:
    """The fields of `FIELDS`, as ExifTool reads them."""
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("ExifTool is not installed, so nothing says how other programs read a sidecar")
    done = subprocess.run(
        [program, "-j", "-G1", *(f"-{name}" for name in FIELDS), path], capture_output=True, check=True
    )
    found = json.loads(done.stdout)[0]
    return {key: value for key, value in found.items() if key in FIELDS}


def merged(theirs: bytes, facts: ItemFacts = FACTS) -> bytes:
    """`theirs` with our part; undo gives every byte back, and the second time changes nothing."""
    ours = facts_sidecar(facts)
    assert ours is not None
    merge = merge_sidecar(theirs, ours)
    assert merge.content is not None, merge.note
    assert merge.undo is not None
    assert b"".join(merge.undo.undone([merge.content])) == theirs
    assert merge_sidecar(merge.content, ours).content is None
    return merge.content


def test_every_field_is_where_other_programs_look_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg.xmp"
    path.write_bytes(facts_sidecar(FACTS) or b"")
    assert exiftool_says(path) == FIELDS


def test_nothing_known_is_no_sidecar() -> None:
    assert facts_sidecar(ItemFacts()) is None
    assert facts_sidecar(ItemFacts(title=" \n", description="\0\ud800", people=("",), keywords=(" ",))) is None


def test_a_sidecar_of_digikam_gets_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg.xmp"
    path.write_bytes(merged(DIGIKAM))
    assert exiftool_says(path) == {
        **FIELDS,
        "XMP-dc:Description": "Mine",
        "XMP-dc:Subject": ["beach", "Zoe", "a|b", "Anna", "Ben / Bob"],
        "XMP-digiKam:TagsList": ["beach", "People/Zoe", "a|b", "People/Anna", "People/Ben | Bob"],
        "XMP-xmp:Rating": 3,
    }
    assert b"     <rdf:li>People/Zoe</rdf:li>\n     <rdf:li>a|b</rdf:li>\n" in path.read_bytes()


def test_a_sidecar_of_lightroom_gets_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(merged(LIGHTROOM))
    assert exiftool_says(path) == {
        **FIELDS,
        "XMP-dc:Title": "",
        "XMP-dc:Subject": ["beach", "a|b", "Anna", "Ben / Bob"],
        "XMP-lr:HierarchicalSubject": ["Places|beach", "beach", "a/b", "People|Anna", "People|Ben / Bob"],
        "XMP-xmp:Rating": 3,
    }, "the empty title stays the only one: two of a property make a packet that XMP libraries refuse"


@pytest.mark.parametrize(
    "theirs",
    [
        DIGIKAM.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + DIGIKAM.replace(b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', b""),
        DIGIKAM.replace(b"rdf:", b"r:").replace(b":rdf=", b":r="),
        DIGIKAM.replace(b"\n", b"").replace(b">     <", b"><").replace(b">    <", b"><").replace(b">   <", b"><"),
        DIGIKAM.replace(b"</rdf:Bag>", b"<!-- </rdf:Bag> --> </rdf:Bag\n>"),
        DIGIKAM.replace(b"  </rdf:Description>", f'</rdf:Description><rdf:Description {RDF} rdf:about=""/>'.encode()),
        DIGIKAM.replace(b"<rdf:Bag>", b"<Bag xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>")
        .replace(b"</rdf:Bag>", b"</Bag>"),
    ],
    ids=["CRLF", "BOM", "another prefix", "one line", "a comment", "several descriptions", "a default namespace"],
)  # fmt: skip
def test_however_it_is_written(theirs: bytes) -> None:
    found = parse_packet(merged(theirs))
    assert found is not None
    lists = {key.rpartition(" ")[2]: tuple(each.items) for key, each in found.lists.items()}
    assert lists["subject"] == ("beach", "Zoe", "a|b", "Anna", "Ben / Bob")
    assert lists["TagsList"] == ("beach", "People/Zoe", "a|b", "People/Anna", "People/Ben | Bob")
    assert lists["PersonInImage"] == ("Anna", "Ben / Bob")
    assert {key.rpartition(" ")[2]: text for key, text in found.properties.items()}["Rating"] == "3"


@pytest.mark.parametrize("list_", ["beach", "<rdf:Bag/>", "<rdf:Bag><!-- </rdf:Bag>"], ids=["text", "empty", "cut"])
def test_a_list_that_is_written_in_an_unusual_way_stays_with_a_note(list_: str) -> None:
    theirs = f"""<rdf:RDF {RDF}><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <dc:subject>{list_}</dc:subject></rdf:Description></rdf:RDF>""".encode()
    merge = merge_sidecar(theirs, facts_sidecar(FACTS) or b"")
    if "<!--" in list_:
        assert (merge.content, merge.note) == (None, "the sidecar that is there cannot be read; it stays as it is")
        return
    assert merge.note == "not added to the sidecar, which is written in an unusual way: subject"
    assert merge.content is not None, "the other properties are added"
    assert f"<dc:subject>{list_}</dc:subject>".encode() in merge.content
    assert b"".join(spliced([merge.content], merge.undo.splices if merge.undo else ())) == theirs


def test_hostile_texts(tmp_path: Path) -> None:
    facts = ItemFacts(
        title="a\0b\x1b[31m\ud800c\r\nd\u3000e ]]>",
        description="\x07" + "&" * 1_000_000,
        people=tuple(f"{number} " + "<" * 5_000 for number in range(1_000)),
        keywords=(*(str(number) for number in range(100_000)), "//", "||", "\u202e"),
    )
    content = facts_sidecar(facts)
    assert content is not None
    assert len(content) < MAX_PACKET_BYTES
    found = parse_packet(content)
    assert found is not None
    texts = {key.rpartition(" ")[2]: found.values(key) for key in found.properties}
    assert texts["title"] == ("ab[31mc d e ]]>",)
    assert texts["description"] == ("&" * 100_000,)
    assert texts["PersonInImage"][0] == "0 " + "<" * 998
    assert len(texts["TagsList"]) == len(texts["hierarchicalSubject"]) > 900
    assert merged(DIGIKAM, ItemFacts(description="x", keywords=("/", "|", "a/b|c")))


def test_names_that_differ_in_their_unicode_form_only_are_one() -> None:
    theirs = merged(DIGIKAM, ItemFacts(keywords=("Ame\u0301lie",)))
    ours = facts_sidecar(ItemFacts(keywords=("Am\u00e9lie",)))
    assert merge_sidecar(theirs, ours or b"").content is None


def test_our_own_packets_are_joined_and_parted_again() -> None:
    dates = sidecar(taken=TAKEN, artist="Ada & Bob", copyright_="", gps=None, is_video=False)
    facts = facts_sidecar(FACTS)
    assert dates is not None
    assert facts is not None
    both = joined(facts, dates)
    assert both == joined(dates, facts)
    assert both is not None
    assert fixer_part(both, None) == dates
    assert fixer_part(facts, None) is None
    assert joined(dates, None) == dates
    assert joined(None, facts) == facts
    assert fixer_part(merged(merge_sidecar(DIGIKAM, dates).content or b""), DIGIKAM) == dates
