"""The addresses of those who act in the scripts, by first name. Data only; who they are, `content` says."""

from __future__ import annotations

from typing import Final

# Buyers: Hansekontor, Blue Ridge, Minato, Khaleej, Rift Valley, Polderfruit.
ANKE: Final = "anke@hansekontor.example"
JONAS: Final = "jonas@hansekontor.example"
SABINE: Final = "buchhaltung@hansekontor.example"
DANA: Final = "dana@blue-ridge.example"
MARCUS: Final = "marcus@blue-ridge.example"
SATO: Final = "sato@minato-shokuhin.example"
TAKAHASHI: Final = "takahashi@minato-shokuhin.example"
OMAR: Final = "omar@khaleej-foods.example"
PRIYA: Final = "priya@khaleej-foods.example"
WANJIRU: Final = "wanjiru@rift-valley.example"
PETER: Final = "peter@rift-valley.example"
MARIEKE: Final = "marieke@polderfruit.example"
BRAM: Final = "bram@polderfruit.example"
LOTTE: Final = "finance@polderfruit.example"

# Suppliers: Valle Andino, Cerro Manso, Malwa, Haiyue, Serra Dourada, Sierra Verde, Song Hau, Tizi Argan,
# Yirga, Denizkaya, Aravalli, Mar de Sines, Ankobra.
RODRIGO: Final = "rodrigo@valle-andino.example"
CATALINA: Final = "catalina@valle-andino.example"
TOMAS: Final = "tomas@cerro-manso.example"
GRACIELA: Final = "administracion@cerro-manso.example"
HARPREET: Final = "harpreet@malwa-grain.example"
SIMRAN: Final = "simran@malwa-grain.example"
WANG: Final = "wang.jia@haiyue.example"
LIN: Final = "finance@haiyue.example"
FELIPE: Final = "felipe@serra-dourada.example"
SONIA: Final = "financeiro@serra-dourada.example"
JAVIER: Final = "javier@sierra-verde.example"
LAN: Final = "lan@song-hau.example"
BAO: Final = "bao@song-hau.example"
YOUSSEF: Final = "youssef@tizi-argan.example"
SELAM: Final = "selam@yirga.example"
DAWIT: Final = "dawit@yirga.example"
ELIF: Final = "elif@denizkaya.example"
MERT: Final = "mert@denizkaya.example"
MEERA: Final = "meera@aravalli-weaves.example"
ARJUN: Final = "arjun@aravalli-weaves.example"
DUARTE: Final = "duarte@mar-de-sines.example"
KOFI: Final = "kofi@ankobra.example"
