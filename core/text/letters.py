"""Sounds of letters: rules for English words that no dictionary knows, and the letters' names; ARPABET without stress.

The table of rules is our own. An entry is before(letters)after=PHONES: `^(wr)=R` says that "wr" at the start of a word
sounds as R, and `(c)[eiy]=S` that a c before e, i or y sounds as S.
"""

import re
from functools import lru_cache

_NAMES = (
    "EY|B IY|S IY|D IY|IY|EH F|JH IY|EY CH|AY|JH EY|K EY|EH L|EH M|EH N|OW|P IY|K Y UW|AA R|EH S|T IY|Y UW|V IY|"
    "D AH B AH L Y UW|EH K S|W AY|Z IY"
)
LETTER_NAMES = dict(zip("abcdefghijklmnopqrstuvwxyz", _NAMES.split("|"), strict=True))
# Rules are tried from top to bottom, and the first that fits counts. What stands before and after the letters are
# regular expressions; V stands for a vowel letter, C for a consonant letter, ^ and $ for the ends of the word.
RULES = """
^(x)=Z ^(kn)=N ^(gn)=N ^(pn)=N ^(wr)=R ^(ps)=S ^(rh)=R ^(mc)=M.AH.K ^(wh)o=HH
(tch)=CH (sch)=SH ^(ch)[rl]=K (ch)=CH (ck)=K (cc)[eiy]=K.S (cc)=K (sci)V=SH (sc)[eiy]=S (ci)[aou]=SH (c)[eiy]=S (cq)=K
(c)=K
(dge)=JH (dg)=JH (dj)=JH (dd)=D (d)=D
(ph)=F (ff)=F (f)=F
V(ght)=T ^(gh)=G (gh)= (gg)=G (gu)[eiy]=G (gn)$=N (ge)$=JH (ge)s$=JH (gi)[aou]=JH (g)[ey]=JH [ndra](g)i=JH (g)=G
[cgkrt](h)=  (h)$=  (h)=HH
(j)=JH (kk)=K (k)=K
C(le)$=AH.L C(les)$=AH.L.Z (ll)=L (l)=L
(mb)$=M (mm)=M (m)=M
(ng)$=NG (ng)C=NG (ng)ing$=NG (nk)=NG.K (nx)=NG.K.S (nn)=N (n)=N
(pp)=P (p)=P
(que)$=K (qu)=K.W (q)=K
(rr)=R (r)=R
(ssi)[ao]=SH V(si)on=ZH (si)on=SH (ss)=S (sh)=SH V(s)m$=Z V(s)e$=Z V(s)V=S [aeiouybdgvlmnrw](s)$=Z (s)=S
(tion)=SH.AH.N (ti)[ao]=SH s(t)le=  (tu)[ra]=CH.UW (tu)al=CH.UW (tth)=TH (th)er=DH (th)e$=DH (th)=TH (tt)=T (t)=T
(vv)=V (v)=V
(wh)=W [aeo](w)C=  [aeo](w)$=  (w)=W
(x)=K.S (zz)=Z (z)=Z (bb)=B (b)=B
(augh)=AO (air)=EH.R (are)$=EH.R (ar)$=AA.R (ar)C=AA.R (ay)=EY (ai)=EY (au)=AO (aw)=AO (aa)=AA (ae)=EY (able)$=AH.B.AH.L
(ally)$=AH.L.IY (al)$=AH.L (a)l[ltkdm]=AO (age)$=IH.JH (ate)$=EY.T (ans)$=AH.N.Z (an)$=AH.N (ance)$=AH.N.S (ant)$=AH.N.T
(a)$=AH (a)C[eiy]=EY (a)Cing=EY w(a)[^kgx]=AA (a)=AE
(eigh)=EY (ear)$=IH.R (ear)=ER (eer)=IH.R (eau)=OW (eu)=UW (ew)=UW (ee)=IY (ea)=IY (ei)=AY (ey)$=IY (ey)s$=IY (ey)=EY
[td](ed)$=AH.D [pkfsxc](ed)$=T [sc]h(ed)$=T C(ed)$=D V(ed)$=D [sxzcg](es)$=AH.Z [sc]h(es)$=AH.Z C(es)$=Z
(er)s$=ER (er)$=ER (er)C=ER (ent)$=AH.N.T (ence)$=AH.N.S (el)$=AH.L (en)$=AH.N (ess)$=AH.S (et)$=AH.T
^C*(e)$=IY (e)$=  C(e)ly$=  C(e)ment$=  C(e)ful$=  C(e)less$=  C(e)ness$=  (e)Ce$=IY (e)=EH
(igh)=AY (ign)$=AY.N (ier)$=IY.ER (ire)$=AY.ER (ir)C=ER (ir)$=ER (ies)$=IY.Z (ied)$=IY.D (ie)$=IY (ie)=IY
(ious)$=IY.AH.S
(ia)=IY.AH (io)=IY.OW (ive)$=IH.V (ine)$=IY.N (ile)$=AY.L (ice)$=IH.S (ism)$=IH.Z.AH.M (i)nd$=AY (i)ld$=AY
(i)Ce$=AY (i)Ces$=AY (i)$=IY ^C+(i)CVC=IH (i)=IH
(ough)t=AO (ough)=OW (oor)=AO.R (our)=AO.R (oar)=AO.R (ore)=AO.R (or)C=AO.R (or)$=ER (oa)=OW (oi)=OY (oy)=OY (oo)k=UH
(oo)=UW
(ous)$=AH.S (ou)=AW (ow)$=OW (ow)=AW (oe)$=OW (on)$=AH.N (ons)$=AH.N.Z (o)Ce$=OW (o)$=OW (o)s$=OW (o)ld=OW (o)st$=OW
(o)V=OW
^C+(o)CV=OW (o)=AA
(ure)$=ER (ur)C=ER (ur)$=ER (ue)$=UW (ui)=UW (um)$=AH.M (us)$=AH.S [lrjd](u)C[eiao]=UW (u)C[eiao]=Y.UW (u)$=UW
(u)V=UW (u)=AH
^(y)=Y ^C+(y)$=AY (y)$=IY (y)s$=IY (yr)C=ER (y)Ce$=AY V(y)V=Y (y)=IH
"""
RULE_FORM = re.compile(r"(\S*?)\(([a-z]+)\)([^\s=]*)=(\S*)")


def letter_sounds(word: str) -> str:
    """Pronounce a word of the letters a-z by the rules: phones separated by spaces, "" when no letter sounds.

    >>> letter_sounds("wug")
    'W AH G'
    """
    letters = re.sub("[^a-z]", "", word.lower())
    phones: list[str] = []
    place = 0
    while place < len(letters):
        for before, graph, after, sounds in _rules()[letters[place]]:
            end = place + len(graph)
            if letters.startswith(graph, place) and after.match(letters, end) and before.search(letters[:place]):
                phones += sounds
                place = end
                break
    return " ".join(phones)


def spell(word: str) -> str:
    """Say the names of a word's letters.

    >>> spell("TV")
    'T IY V IY'
    """
    return " ".join(LETTER_NAMES[letter] for letter in word.lower() if letter in LETTER_NAMES)


@lru_cache(maxsize=1)
def _rules() -> dict[str, list[tuple[re.Pattern, str, re.Pattern, list[str]]]]:
    """Compile the table: rules by their first letter."""
    table: dict[str, list] = {letter: [] for letter in "abcdefghijklmnopqrstuvwxyz"}
    for before, graph, after, sounds in RULE_FORM.findall(RULES):
        pair = (re.compile(_context(before) + "$"), re.compile(_context(after)))
        table[graph[0]].append((pair[0], graph, pair[1], [s for s in sounds.split(".") if s]))
    return table


def _context(pattern: str) -> str:
    return pattern.replace("V", "[aeiouy]").replace("C", "[bcdfghjklmnpqrstvwxz]")
