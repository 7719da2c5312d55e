@echo off
rem Starts Latent4j: finds a JDK 25 or newer, builds on first use, passes what the JVM needs.
setlocal EnableExtensions
set "HOME_DIR=%~dp0"
set "JAVA_EXE="
if defined LATENT_JAVA call :try "%LATENT_JAVA%"
if not defined JAVA_EXE if defined JAVA_HOME call :try "%JAVA_HOME%"
if not defined JAVA_EXE for /d %%D in ("%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\jdk*" "%ProgramFiles%\Zulu\*" "%USERPROFILE%\.jdks\*") do if not defined JAVA_EXE call :try "%%~D"
if not defined JAVA_EXE (
  echo latent: a JDK 25 or newer is wanted and none was found; install one with 'winget install EclipseAdoptium.Temurin.25.JDK', or name its folder in LATENT_JAVA 1>&2
  exit /b 2
)
set "LIB=%HOME_DIR%lib"
if exist "%HOME_DIR%pom.xml" (
  set "LIB=%HOME_DIR%workbench\target\dist\lib"
  if not exist "%HOME_DIR%workbench\target\dist\lib" (
    echo latent: building ^(about a minute the first time^) 1>&2
    pushd "%HOME_DIR%"
    call mvn -q -DskipTests -pl workbench -am package 1>&2 || (popd & exit /b 2)
    popd
  )
)
"%JAVA_EXE%" "@%LIB%\jvm.options" %LATENT_JVM% -cp "%LIB%\*" org.latent4j.workbench.Latent %*
exit /b %ERRORLEVEL%

:try
if not exist "%~1\bin\java.exe" goto :eof
if not exist "%~1\release" goto :eof
for /f "tokens=2 delims=.=" %%V in ('findstr /b JAVA_VERSION= "%~1\release"') do call :accept %%V "%~1"
goto :eof

:accept
set "V=%~1"
set "V=%V:"=%"
if %V% GEQ 25 set "JAVA_EXE=%~2\bin\java.exe"
goto :eof
