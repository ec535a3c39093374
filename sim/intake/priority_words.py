"""Words for priorities in the languages whose headers are known: how urgent, how very, and not at all.

All are folded: small letters, no accents. 0 is the most urgent, 4 the least.
"""

from __future__ import annotations

from typing import Final

_LEVELS: Final[dict[int, str]] = {
    0: """
        critical crit blocker blocking emergency urgent highest immediate top maximum showstopper disaster asap
        kritisch notfall dringend dringlich eilig eile sofort blockierend hochste hochster maximal
        critique urgente urgence bloquant bloquante immediat immediate maximale
        critica critico emergencia inmediata inmediato maxima maximo bloqueante urgencia
        imediata imediato bloqueador
        immediata immediato bloccante massima massimo emergenza
        kritiek spoed hoogste onmiddellijk blokkerend noodgeval
        altissima altissimo elevadissima elevatissima gravissima gravissimo urgentissima urgentissimo
    """,
    1: """
        high major important severe serious significant elevated higher
        hoch hohe hoher wichtig schwer schwerwiegend erhoht
        haut haute eleve elevee majeur majeure importante grave
        alta alto elevada elevado mayor importante
        maior
        elevata elevato maggiore rilevante
        hoog hoge belangrijk ernstig verhoogd
    """,
    2: """
        medium moderate normal standard average regular mid middle med default ordinary usual
        mittel mittlere mittlerer mittelhoch regular ublich durchschnittlich
        moyen moyenne normale modere moderee
        media medio mediana mediano moderada moderado estandar intermedia
        padrao regular
        moderata moderato ordinaria
        gemiddeld normaal middel matig standaard
    """,
    3: """
        low minor lower small
        niedrig niedrige niedriger gering geringe klein
        faible bas basse mineur mineure
        baja bajo menor leve
        baixa baixo
        bassa basso minore lieve
        laag lage klein
    """,
    4: """
        lowest trivial planning planned cosmetic negligible minimal minimum whenever
        niedrigste geplant trivial kosmetisch unwichtig
        planifie planifiee triviale minime
        planificada planificado minima minimo
        planejada planejado
        pianificata pianificato banale trascurabile
        laagste gepland triviaal
        baixissima baixissimo bassissima bassissimo bajisima bajisimo
    """,
}
LEVELS: Final = {word: level for level in (4, 3, 2, 1, 0) for word in _LEVELS[level].split()}
"""Folded word to level; of two that it may mean, the more urgent."""
VERY: Final = frozenset(
    [
        "very",
        "extremely",
        "super",
        "ultra",
        "extra",
        "highly",
        "really",
        "sehr",
        "ausserst",
        "auserst",
        "besonders",
        "hochst",
        "uberaus",
        "tres",
        "extremement",
        "muy",
        "extremadamente",
        "muito",
        "extremamente",
        "molto",
        "estremamente",
        "zeer",
        "heel",
        "erg",
        "uiterst",
    ]
)
MOST: Final = frozenset(["most", "plus", "mas", "mais", "piu", "meest", "am"])
"""Words that make a superlative: the highest of all."""
NOT: Final = frozenset(
    [
        "not",
        "non",
        "no",
        "never",
        "without",
        "nicht",
        "kein",
        "keine",
        "nie",
        "pas",
        "peu",
        "sans",
        "sin",
        "nao",
        "sem",
        "senza",
        "niet",
        "geen",
        "zonder",
        "less",
        "least",
        "weniger",
        "wenig",
        "kaum",
        "moins",
        "menos",
        "meno",
        "poco",
        "pouco",
        "minder",
        "weinig",
        "nada",
    ]
)
"""Words that turn what follows into its opposite."""
PREFIXES: Final = ("un", "in", "on")
"""Beginnings that do so: unwichtig, unimportant, onbelangrijk."""
NUMBERED: Final = frozenset(
    [
        "p",
        "prio",
        "priority",
        "sev",
        "severity",
        "s",
        "level",
        "lvl",
        "prioritat",
        "prioritaet",
        "stufe",
        "priorite",
        "niveau",
        "prioridad",
        "nivel",
        "prioridade",
        "priorita",
        "livello",
        "prioriteit",
        "niveau",
    ]
)
"""Words beside a number that say no more than that it is a priority."""
SURE: Final = frozenset(["p", "prio", "priority", "sev", "severity", "s", "prioritat", "prioritaet", "priorite", "prioridad", "prioridade", "priorita", "prioriteit"])  # fmt: skip
"""… of which the first is the most urgent by custom."""
